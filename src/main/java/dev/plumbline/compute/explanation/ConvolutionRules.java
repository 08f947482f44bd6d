package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Wrong rules for convolutions: the kernel, or its gradient, turned by half a turn. */
final class ConvolutionRules {

    private ConvolutionRules() {}

    static List<FaultyRule> of(Operation operation) {
        Node y = operation.output();
        Node x = y.inputs().get(0);
        Node w = y.inputs().get(1);
        List<FaultyRule> rules = new ArrayList<>();
        if (operation.inputs().contains(x)) {
            rules.add(new FaultyRule(
                    "flipped",
                    (point, d) -> {
                        double[][] into = {new double[x.shape().size()], null};
                        y.op().pullBack(List.of(point.value(x), turned(point.value(w))), point.value(y), d, into);
                        Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                        passed.put(x, into[0]);
                        return passed;
                    },
                    "goes back with its kernel turned the wrong way round"));
        }
        if (operation.inputs().contains(w)) {
            rules.add(new FaultyRule(
                    "flipped",
                    (point, d) -> {
                        Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                        passed.computeIfPresent(w, (node, right) -> turned(Tensor.of(w.shape(), right))
                                .values());
                        return passed;
                    },
                    "has the gradient of its kernel turned the wrong way round"));
        }
        return rules;
    }

    /** The kernels, (out, in, height, width), turned by half a turn. */
    private static Tensor turned(Tensor kernels) {
        Shape shape = kernels.shape();
        int area = shape.extent(shape.rank() - 1) * shape.extent(shape.rank() - 2);
        double[] values = new double[kernels.size()];
        for (int i = 0; i < values.length; i++) {
            int within = i % area;
            values[i - within + area - 1 - within] = kernels.at(i);
        }
        return Tensor.of(shape, values);
    }
}
