package dev.plumbline.reader.samediff;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Losses of (prediction, weights, labels), in the order of libnd4j: a loss for each element or row, times its weight, and
 * then as {@code LossReduce} says: 0 none, 1 the sum, 2 the sum by the sum of the weights, 3 by the number of those that are
 * not zero.
 */
final class LossOperations {

    private LossOperations() {}

    @FunctionalInterface
    private interface ByElement {
        Node of(Call call, Node prediction, Node labels);
    }

    static void addTo(Map<String, Operator> table) {
        loss(table, "mean_sqerr_loss", (call, p, y) -> call.builder()
                .square(call.builder().subtract(p, y)));
        loss(table, "absolute_difference_loss", (call, p, y) -> call.builder()
                .unary(UnaryFunction.ABS, call.builder().subtract(p, y)));
        loss(table, "sigm_cross_entropy_loss", LossOperations::sigmoidCrossEntropy);
        loss(table, "softmax_cross_entropy_loss", LossOperations::softmaxCrossEntropy);
        loss(table, "log_loss", LossOperations::logLoss);
    }

    private static void loss(Map<String, Operator> table, String name, ByElement byElement) {
        table.put(name, call -> List.of(reduced(call, byElement.of(call, call.in(0), call.in(2)), call.in(1))));
    }

    private static Node reduced(Call call, Node losses, Node weights) {
        ProgramBuilder b = call.builder();
        Node weighted = b.multiply(losses, weights);
        if (!weighted.shape().equals(losses.shape())) {
            throw Problem.invalid("", "the weights do not fit the losses", weights.shape(), losses.shape());
        }
        Tensor known = b.constantValue(weights);
        double copies = known.size() == 0 ? 0 : (double) losses.shape().size() / known.size();
        double sum = 0;
        double count = 0;
        for (double weight : known.values()) {
            sum += weight * copies;
            count += weight == 0 ? 0 : copies;
        }
        int reduction = call.integer(0, 3);
        return switch (reduction) {
            case 0 -> weighted;
            case 1 -> b.sum(weighted);
            case 2 -> b.divide(b.sum(weighted), b.constant(sum));
            case 3 -> b.divide(b.sum(weighted), b.constant(count));
            default -> throw Problem.invalid("", "there is no such reduction of a loss", reduction, "0 to 3");
        };
    }

    /** {@code max(x, 0) - x y + log(1 + exp(-|x|))}, labels moved towards 1/2 by the smoothing. */
    private static Node sigmoidCrossEntropy(Call call, Node x, Node labels) {
        ProgramBuilder b = call.builder();
        Node y = smoothed(b, labels, call.real(0, 0), 2);
        return b.subtract(b.unary(UnaryFunction.SOFTPLUS, x), b.multiply(x, y));
    }

    private static Node softmaxCrossEntropy(Call call, Node x, Node labels) {
        ProgramBuilder b = call.builder();
        if (x.rank() < 1 || !labels.shape().equals(x.shape())) {
            throw Problem.invalid("", "labels must be probabilities", labels.shape(), x.shape());
        }
        int last = x.rank() - 1;
        Node y = smoothed(b, labels, call.real(0, 0), x.shape().extent(last));
        return b.negate(b.sum(b.multiply(y, Compositions.logSoftmax(b, x, last)), last));
    }

    private static Node smoothed(ProgramBuilder b, Node labels, double smoothing, double classes) {
        return smoothing == 0 ? labels : b.add(b.multiply(labels, 1 - smoothing), b.constant(smoothing / classes));
    }

    private static Node logLoss(Call call, Node p, Node y) {
        ProgramBuilder b = call.builder();
        Node epsilon = b.constant(call.real(0, 1e-7));
        Node one = b.constant(1);
        Node hit = b.multiply(y, b.unary(UnaryFunction.LOG, b.add(p, epsilon)));
        Node miss = b.multiply(b.subtract(one, y), b.unary(UnaryFunction.LOG, b.add(b.subtract(one, p), epsilon)));
        return b.negate(b.add(hit, miss));
    }
}
