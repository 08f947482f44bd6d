package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Reduce;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Wrong rules for sums and means along axes, whose gradient goes to all places that were added up: it goes to one only. */
final class SumRules {

    private SumRules() {}

    static List<FaultyRule> of(Operation operation) {
        Node y = operation.output();
        List<FaultyRule> rules = new ArrayList<>();
        if (operation.inputs().size() != 1 || y.shape().size() <= 1) {
            return rules; // of a loss: that are weights of samples
        }
        Node x = operation.inputs().get(0);
        List<Integer> axes = axes(operation, x);
        for (int axis : axes) {
            double count = x.shape().extent(axis);
            for (boolean last : new boolean[] {false, true}) {
                String words = "passes the gradient on to the %s place along axis %d only; all were added up"
                        .formatted(last ? "last" : "first", axis);
                String name = last ? "lastOnly" : "firstOnly";
                rules.add(new FaultyRule(name, (point, d) -> one(operation, point, d, axis, last, 1), words));
                rules.add(new FaultyRule(name, (point, d) -> one(operation, point, d, axis, last, count), words));
            }
        }
        return rules;
    }

    /** Along which more than one element is added up. */
    private static List<Integer> axes(Operation operation, Node x) {
        return operation.nodes().stream()
                .filter(node -> node.op() instanceof Reduce reduce
                        && reduce.kind() == Reduce.Kind.SUM
                        && node.inputs().get(0) == x)
                .flatMap(node -> ((Reduce) node.op()).axes().stream())
                .filter(axis -> x.shape().extent(axis) > 1)
                .distinct()
                .toList();
    }

    private static Map<Node, double[]> one(
            Operation operation, Evaluation point, double[] d, int axis, boolean last, double factor) {
        Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
        passed.replaceAll((node, right) -> kept(right, node.shape(), axis, last, factor));
        return passed;
    }

    private static double[] kept(double[] right, Shape shape, int axis, boolean last, double factor) {
        int extent = shape.extent(axis);
        int inner = shape.strides()[axis];
        double[] kept = new double[right.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = i / inner % extent == (last ? extent - 1 : 0) ? factor * right[i] : 0;
        }
        return kept;
    }
}
