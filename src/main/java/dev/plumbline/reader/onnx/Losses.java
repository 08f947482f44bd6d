package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The losses that ONNX has as operators. */
final class Losses {

    private Losses() {}

    static void addTo(Map<String, Operator> table) {
        table.put("NegativeLogLikelihoodLoss", call -> List.of(loss(call, call.in(0))));
        table.put("SoftmaxCrossEntropyLoss", call -> {
            requireScores(call.in(0));
            Node logProbabilities = Compositions.logSoftmax(call.builder(), call.in(0), 1);
            List<Value> outputs = new ArrayList<>();
            outputs.add(loss(call, logProbabilities));
            outputs.add(call.result(logProbabilities, call.value(0).type()));
            return outputs;
        });
    }

    private static void requireScores(Node scores) {
        if (scores.rank() < 2) {
            throw Problem.invalid("", "the scores have too few axes", scores.shape(), "(batch, classes, ...)");
        }
    }

    /** {@code - w[y] logp[y]}; the mean divides by the sum of {@code w[y]}. Samples of the ignored class have weight 0. */
    private static Value loss(Call call, Node logProbabilities) {
        ProgramBuilder b = call.builder();
        requireScores(logProbabilities);
        Shape shape = logProbabilities.shape();
        call.requireShape(1, Reshaping.without(shape, 1));
        int[] column = shape.extents();
        column[1] = 1;
        Node classes = b.reshape(call.in(1), Shape.of(column));
        Node weights = b.constant(Tensor.filled(Shape.of(column), 1));
        if (call.hasAttribute("ignore_index")) {
            Node ignored = b.binary(BinaryFunction.EQUAL, classes, b.constant(call.whole("ignore_index", 0)));
            classes = b.select(ignored, b.constant(0), classes);
            weights = b.broadcast(Logic.not(b, ignored), Shape.of(column));
        }
        if (call.has(2)) {
            call.requireShape(2, Shape.of(shape.extent(1)));
            weights = b.multiply(weights, b.gather(call.in(2), classes, 0));
        }
        Node each = b.negate(b.multiply(weights, b.pickClasses(logProbabilities, classes, 1)));
        Node loss =
                switch (call.choice("reduction", "mean", "sum", "none")) {
                    case "mean" -> b.divide(b.sum(each), b.sum(weights));
                    case "sum" -> b.sum(each);
                    default -> b.reshape(each, Reshaping.without(shape, 1));
                };
        return call.result(loss, call.value(0).type());
    }
}
