package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.AveragePool;
import dev.plumbline.compute.program.MaxPool;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Op;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Reduce;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Wrong rules for maxima over windows and axes, whose gradient goes to the largest element. */
final class MaximumRules {

    private MaximumRules() {}

    static List<FaultyRule> of(Operation operation) {
        Node y = operation.output();
        if (y.op() instanceof MaxPool pool) {
            double area = pool.window().kernel().get(0)
                    * (double) pool.window().kernel().get(1);
            Op spread = new AveragePool(pool.window(), true);
            return List.of(
                    moving(operation, "spread", spread, 1, "shares the gradient among its window equally"),
                    moving(operation, "allOfWindow", spread, area, "gives the gradient to its whole window"),
                    ofOther(operation, "firstOfWindow", "gives the gradient to the first element of its window", -1),
                    ofOther(operation, "lastOfWindow", "gives the gradient to the last element of its window", 1),
                    ofTies(operation, "firstTie", "gives the gradient to the first of equal maxima", -1),
                    ofTies(operation, "lastTie", "gives the gradient to the last of equal maxima", 1));
        }
        if (y.op() instanceof Reduce reduce && reduce.kind() == Reduce.Kind.MAX) {
            Op sum = new Reduce(Reduce.Kind.SUM, reduce.axes());
            double count = (double) y.inputs().get(0).shape().size()
                    / Math.max(1, y.shape().size());
            return List.of(
                    moving(operation, "spread", sum, 1 / count, "shares the gradient among all elements equally"),
                    moving(operation, "allOfWindow", sum, 1, "gives the gradient to all elements"),
                    ofOther(operation, "firstOfWindow", "gives the gradient to the first element", -1),
                    ofOther(operation, "lastOfWindow", "gives the gradient to the last element", 1),
                    ofTies(operation, "firstTie", "gives the gradient to the first of equal maxima", -1),
                    ofTies(operation, "lastTie", "gives the gradient to the last of equal maxima", 1));
        }
        return List.of();
    }

    private static FaultyRule moving(Operation operation, String name, Op other, double factor, String words) {
        Node x = operation.inputs().get(0);
        return new FaultyRule(
                name,
                (point, d) -> {
                    double[][] into = {new double[x.shape().size()]};
                    other.pullBack(List.of(point.value(x)), point.value(operation.output()), d, into);
                    for (int i = 0; i < into[0].length; i++) {
                        into[0][i] *= factor;
                    }
                    return Map.of(x, into[0]);
                },
                words + "; it belongs to the maximum alone");
    }

    /** The rule at an input whose elements fall or rise with their position. */
    private static FaultyRule ofOther(Operation operation, String name, String words, int sign) {
        return at(operation, name, words + "; it belongs to the maximum", (x, i) -> sign * (double) i);
    }

    /** The rule at an input of the same order where equal elements fall or rise with their position. */
    private static FaultyRule ofTies(Operation operation, String name, String words, int sign) {
        int size = operation.inputs().get(0).shape().size();
        return at(operation, name, words, (x, i) -> (double) size * x[i] + sign * (double) i);
    }

    @FunctionalInterface
    private interface Ranked {
        double value(int[] ranks, int position);
    }

    private static FaultyRule at(Operation operation, String name, String words, Ranked other) {
        Node x = operation.inputs().get(0);
        Node y = operation.output();
        return new FaultyRule(
                name,
                (point, d) -> {
                    int[] ranks = ranks(point.value(x).values());
                    double[] values = new double[ranks.length];
                    Arrays.setAll(values, i -> other.value(ranks, i));
                    List<Tensor> inputs = List.of(Tensor.of(x.shape(), values));
                    double[][] into = {new double[values.length]};
                    y.op().pullBack(inputs, Tensor.of(y.shape(), y.op().value(inputs, y.shape())), d, into);
                    return Map.of(x, into[0]);
                },
                words);
    }

    /** How many different smaller values there are. */
    private static int[] ranks(double[] values) {
        double[] sorted = Arrays.stream(values).sorted().distinct().toArray();
        return Arrays.stream(values)
                .mapToInt(value -> Arrays.binarySearch(sorted, value))
                .toArray();
    }
}
