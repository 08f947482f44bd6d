package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Operation.Role;
import dev.plumbline.compute.program.Reduce;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Wrong rules for {@code p = softmax(x)}, whose right one is {@code p (d - sum d p)}. */
final class SoftmaxRules {

    private SoftmaxRules() {}

    static List<FaultyRule> of(Operation operation) {
        Node x = operation.inputs().get(0);
        Node p = operation.output();
        Node normaliser = Objects.requireNonNull(operation.roles().get(Role.NORMALISER));
        List<FaultyRule> rules = new ArrayList<>(List.of(
                new FaultyRule(
                        "diagonalOnly",
                        (point, d) -> {
                            double[] out = FaultyRule.values(point, p);
                            double[] passed = new double[d.length];
                            Arrays.setAll(passed, i -> d[i] * out[i] * (1 - out[i]));
                            return Map.of(x, passed);
                        },
                        "uses the diagonal of its Jacobian only, d p (1 - p); every output depends on every input, so it is p (d - sum d p)"),
                new FaultyRule(
                        "subtractionMissing",
                        FaultyRule.holding(operation, List.of(normaliser)),
                        "leaves out what comes through its sum: it is p (d - sum d p), not p d"),
                new FaultyRule(
                        "outputMissing",
                        (point, d) -> {
                            double[] out = FaultyRule.values(point, p);
                            Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                            passed.replaceAll((node, right) -> {
                                double[] values = new double[right.length];
                                Arrays.setAll(values, i -> out[i] == 0 ? 0 : right[i] / out[i]);
                                return values;
                            });
                            return passed;
                        },
                        "leaves out the factor p: it is p (d - sum d p), not d - sum d p"),
                new FaultyRule(
                        "derivativeMissing",
                        FaultyRule.elementwise(operation, (right, d) -> d),
                        "passes the gradient on unchanged, as if it were not there"),
                new FaultyRule(
                        "derivativeTwice",
                        (point, d) -> Replay.passedOn(
                                operation,
                                point,
                                Replay.passedOn(operation, point, d).getOrDefault(x, d)),
                        "applies its derivative twice")));
        List<Integer> own = axes(normaliser);
        rules.add(new FaultyRule(
                "meanSubtracted",
                (point, d) -> Map.of(x, less(point, p, d, own, true)),
                "subtracts the mean of the gradient; it is p (d - sum d p)"));
        for (int axis = 0; axis < p.rank(); axis++) {
            List<Integer> other = List.of(axis);
            if (!other.equals(own) && p.shape().extent(axis) > 1) {
                rules.add(new FaultyRule(
                        "sumOverWrongAxis",
                        (point, d) -> Map.of(x, less(point, p, d, other, false)),
                        "takes the sum of p (d - sum d p) over axis %d, and over %s forward".formatted(axis, own)));
                rules.add(new FaultyRule(
                        "wrongAxis",
                        (point, d) -> Map.of(x, ofAxis(FaultyRule.values(point, x), x.shape(), d, other)),
                        "applies the derivative of a softmax over axis %d, and goes over %s forward"
                                .formatted(axis, own)));
            }
        }
        return rules;
    }

    /** The derivative of a softmax of x over other axes: {@code q (d - sum d q)}. */
    private static double[] ofAxis(double[] x, Shape shape, double[] d, List<Integer> axes) {
        int[] groups = Places.groups(shape, axes);
        int count = Arrays.stream(groups).max().orElse(0) + 1;
        double[] largest = new double[count];
        Arrays.fill(largest, Double.NEGATIVE_INFINITY);
        double[] sums = new double[count];
        double[] products = new double[count];
        for (int i = 0; i < x.length; i++) {
            largest[groups[i]] = Math.max(largest[groups[i]], x[i]);
        }
        double[] q = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            q[i] = Math.exp(x[i] - largest[groups[i]]);
            sums[groups[i]] += q[i];
            products[groups[i]] += d[i] * q[i];
        }
        double[] passed = new double[x.length];
        Arrays.setAll(passed, i -> q[i] / sums[groups[i]] * (d[i] - products[groups[i]] / sums[groups[i]]));
        return passed;
    }

    static List<Integer> axes(Node normaliser) {
        return normaliser.op() instanceof Reduce reduce ? reduce.axes() : List.of();
    }

    /** {@code p (d - sum d p)} over some axes, or {@code p (d - mean d)}. */
    private static double[] less(Evaluation point, Node p, double[] d, List<Integer> axes, boolean mean) {
        double[] out = FaultyRule.values(point, p);
        int[] groups = Places.groups(p.shape(), axes);
        int count = Arrays.stream(groups).max().orElse(0) + 1;
        double[] sums = new double[count];
        for (int i = 0; i < d.length; i++) {
            sums[groups[i]] += d[i] * (mean ? (double) count / d.length : out[i]);
        }
        double[] passed = new double[d.length];
        Arrays.setAll(passed, i -> out[i] * (d[i] - sums[groups[i]]));
        return passed;
    }
}
