package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Broadcast;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Wrong rules for an operand that is broadcast, whose gradient is a sum over the places where it is used: one of them, or the mean. */
final class BroadcastRules {

    private BroadcastRules() {}

    static List<FaultyRule> of(Operation operation) {
        List<FaultyRule> rules = new ArrayList<>();
        for (Node input : operation.inputs()) {
            List<Integer> repeated = repeated(operation.output().shape(), input.shape());
            if (!repeated.isEmpty() && isCombined(operation)) {
                rules.addAll(along(operation, input, repeated));
                for (int axis : repeated.size() > 1 ? repeated : List.<Integer>of()) {
                    rules.addAll(along(operation, input, List.of(axis)));
                }
            }
        }
        return rules;
    }

    private static boolean isCombined(Operation operation) {
        return operation.kind() == Operation.Kind.COMBINATION
                || operation.output().op() instanceof Broadcast;
    }

    /** Along which an operand is repeated. */
    private static List<Integer> repeated(Shape whole, Shape part) {
        List<Integer> repeated = new ArrayList<>();
        int missing = whole.rank() - part.rank();
        for (int axis = 0; axis < whole.rank() && missing >= 0; axis++) {
            if (whole.extent(axis) > 1 && (axis < missing || part.extent(axis - missing) == 1)) {
                repeated.add(axis);
            }
        }
        return repeated;
    }

    private static List<FaultyRule> along(Operation operation, Node input, List<Integer> axes) {
        String where = axes.size() > 1 ? "place where it is used" : "place along axis " + axes.get(0);
        int count = axes.stream()
                .mapToInt(axis -> operation.output().shape().extent(axis))
                .reduce(1, (a, b) -> a * b);
        return List.of(
                rule(
                        operation,
                        input,
                        "averaged",
                        (right, point, d) -> times(right, 1.0 / count),
                        "gives %s the mean of the gradients of the %d places where it is used%s; it is their sum"
                                .formatted(input.label(), count, axes.size() > 1 ? "" : " along axis " + axes.get(0))),
                rule(
                        operation,
                        input,
                        "firstOnly",
                        (right, point, d) -> of(operation, input, axes, false, point, d),
                        "gives %s the gradient of the first %s only; it is the sum over all of them"
                                .formatted(input.label(), where)),
                rule(
                        operation,
                        input,
                        "lastOnly",
                        (right, point, d) -> of(operation, input, axes, true, point, d),
                        "gives %s the gradient of the last %s only; it is the sum over all of them"
                                .formatted(input.label(), where)));
    }

    @FunctionalInterface
    private interface Instead {
        double[] of(double[] right, Evaluation point, double[] d);
    }

    private static FaultyRule rule(Operation operation, Node input, String name, Instead instead, String words) {
        return new FaultyRule(
                name,
                (point, d) -> {
                    Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                    passed.computeIfPresent(input, (node, right) -> instead.of(right, point, d));
                    return passed;
                },
                words);
    }

    private static double[] times(double[] right, double factor) {
        double[] product = new double[right.length];
        Arrays.setAll(product, i -> right[i] * factor);
        return product;
    }

    /** What an operand gets from the first, or the last, position of some axes. */
    private static double[] of(
            Operation operation, Node input, List<Integer> axes, boolean last, Evaluation point, double[] d) {
        double[] masked = Places.only(d, operation.output().shape(), axes, last);
        return Replay.passedOn(operation, point, masked)
                .getOrDefault(input, new double[input.shape().size()]);
    }
}
