package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Operation.Role;
import dev.plumbline.compute.program.Reduce;
import dev.plumbline.compute.program.Reshape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Wrong formulas for a normalisation {@code h = (x - mean) / s}, {@code s = sqrt(variance + epsilon)}, over n elements:
 *
 * <pre>
 *   (d - sum(d) / n - h sum(d h) / n) / s
 * </pre>
 *
 * <p>Without the mean the middle term is not there.
 */
final class StatisticsRules {

    /** One formula: what it divides by, and what its sums are divided by. */
    private record Formula(boolean epsilon, boolean unbiased, boolean divides, int lessInMean, int lessInProduct) {

        static final Formula RIGHT = new Formula(true, false, true, 0, 0);

        Formula withoutEpsilon() {
            return new Formula(false, unbiased, divides, lessInMean, lessInProduct);
        }

        Formula unbiased(boolean deviation, int mean, int product) {
            return new Formula(epsilon, deviation, divides, mean, product);
        }

        Formula withoutDivision() {
            return new Formula(epsilon, unbiased, false, lessInMean, lessInProduct);
        }
    }

    private final Node x;
    private final Node centred;
    private final Node variance;
    private final Node root;
    private final boolean hasMean;
    private final List<Integer> axes;

    private StatisticsRules(Operation operation, List<Integer> axes) {
        this.x = operation.inputs().get(0);
        this.centred = Objects.requireNonNull(operation.roles().get(Role.CENTRED));
        this.variance = Objects.requireNonNull(operation.roles().get(Role.VARIANCE));
        this.root = Objects.requireNonNull(operation.roles().get(Role.DEVIATION));
        this.hasMean = operation.roles().containsKey(Role.MEAN);
        this.axes = axes;
    }

    static List<FaultyRule> of(Operation operation) {
        List<Integer> axes = axes(operation);
        if (axes == null
                || operation.inputs().size() != 1
                || !operation.inputs().get(0).shape().equals(operation.output().shape())) {
            return List.of();
        }
        StatisticsRules rules = new StatisticsRules(operation, axes);
        List<FaultyRule> found = new ArrayList<>();
        Formula right = Formula.RIGHT;
        found.add(rules.rule(
                "normaliserMissing",
                right.withoutDivision(),
                axes,
                "does not divide by the deviation on the way back, as the forward pass does"));
        found.add(rules.rule(
                "epsilonMissing", right.withoutEpsilon(), axes, "leaves epsilon out of the deviation on the way back"));
        String biased = "divides by n - 1 on the way back, where the forward pass divides by n";
        found.add(rules.rule("biasedVariance", right.unbiased(true, 0, 0), axes, biased));
        double n = (double) rules.x.shape().size() / rules.variance.shape().size();
        found.add(new FaultyRule(
                "biasedVariance", FaultyRule.elementwise(operation, (own, d) -> own * Math.sqrt((n - 1) / n)), biased));
        found.add(rules.rule("biasedVariance", right.unbiased(false, 0, 1), axes, biased));
        found.add(rules.rule("biasedVariance", right.unbiased(true, 0, 1), axes, biased));
        if (rules.hasMean) {
            found.add(rules.rule("biasedVariance", right.unbiased(false, 1, 1), axes, biased));
            found.add(rules.rule("biasedVariance", right.unbiased(true, 1, 1), axes, biased));
        }
        for (int axis = 0; axis < rules.x.rank(); axis++) {
            List<Integer> other = List.of(axis);
            if (!other.equals(axes) && rules.x.shape().extent(axis) > 1) {
                found.add(rules.rule(
                        "wrongAxis",
                        right,
                        other,
                        "takes its means over axis %d on the way back, and over %s forward".formatted(axis, axes)));
            }
        }
        return found;
    }

    private static @Nullable List<Integer> axes(Operation operation) {
        Node sum = Objects.requireNonNull(operation.roles().get(Role.VARIANCE))
                .inputs()
                .get(0);
        while (sum.op() instanceof Reshape) {
            sum = sum.inputs().get(0);
        }
        return sum.op() instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM
                ? reduce.axes().stream().sorted().toList()
                : null;
    }

    private FaultyRule rule(String name, Formula formula, List<Integer> over, String words) {
        return new FaultyRule(name, (point, d) -> Map.of(x, passed(point, d, formula, over)), words);
    }

    private double[] passed(Evaluation point, double[] d, Formula formula, List<Integer> over) {
        double[] c = FaultyRule.values(point, centred);
        double[] var = FaultyRule.values(point, variance);
        double[] s = FaultyRule.values(point, root);
        int[] own = Places.groups(x.shape(), axes);
        int n = d.length / var.length;
        double[] dividedBy = new double[d.length];
        Arrays.setAll(dividedBy, i -> deviation(var[own[i]], s[own[i]], formula, n));
        double[] h = new double[d.length];
        Arrays.setAll(h, i -> c[i] / dividedBy[i]);
        int[] group = Places.groups(x.shape(), over);
        int count = IntStream.of(group).max().orElse(0) + 1;
        int each = d.length / count;
        double[] sum = new double[count];
        double[] product = new double[count];
        for (int i = 0; i < d.length; i++) {
            sum[group[i]] += d[i];
            product[group[i]] += d[i] * h[i];
        }
        double[] passed = new double[d.length];
        for (int i = 0; i < d.length; i++) {
            double mean = hasMean ? sum[group[i]] / Math.max(1, each - formula.lessInMean()) : 0;
            double along = product[group[i]] / Math.max(1, each - formula.lessInProduct());
            passed[i] = (d[i] - mean - h[i] * along) / (formula.divides() ? dividedBy[i] : 1);
        }
        return passed;
    }

    private static double deviation(double variance, double s, Formula formula, int n) {
        double epsilon = formula.epsilon() ? s * s - variance : 0;
        double corrected = formula.unbiased() && n > 1 ? variance * n / (n - 1) : variance;
        return formula.epsilon() && !formula.unbiased() ? s : Math.sqrt(corrected + epsilon);
    }
}
