package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Operation.Role;
import dev.plumbline.compute.program.ReversePass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Wrong rules for {@code log softmax(z)}, whose right one is {@code d - p sum d}; before a cross-entropy with targets y that
 * is {@code p - y}, and its mistakes have names of their own. Applied twice it is right: what it passes on adds up to 0.
 */
final class LogSoftmaxRules {

    private static final String LOSS = "lossDerivative";

    private final Operation operation;
    private final Node z;
    private final ReversePass.Rule held; // the normaliser taken for a constant: d

    private LogSoftmaxRules(Operation operation) {
        this.operation = operation;
        this.z = operation.inputs().get(0);
        this.held = FaultyRule.holding(operation, List.of(normaliser(operation)));
    }

    static List<FaultyRule> of(Operation operation, Objective objective) {
        LogSoftmaxRules rules = new LogSoftmaxRules(operation);
        return LossHead.isBehind(operation.output(), objective) ? rules.ofLoss() : rules.ofOperation();
    }

    private static Node normaliser(Operation operation) {
        return Objects.requireNonNull(operation.roles().get(Role.NORMALISER));
    }

    private List<FaultyRule> ofLoss() {
        return List.of(
                new FaultyRule(
                        LOSS,
                        held,
                        "passes on -y, the targets only; the derivative of cross-entropy by the logits is p - y"),
                new FaultyRule(
                        LOSS,
                        FaultyRule.elementwise(operation, (right, d) -> right - d),
                        "passes on p, the probabilities without the targets; the derivative of cross-entropy by the logits is p - y"),
                new FaultyRule(
                        LOSS,
                        this::throughSoftmax,
                        "sends p - y through the derivative of softmax once more; p - y is the derivative by the logits already"),
                new FaultyRule(LOSS, this::diagonal, "uses the diagonal of its Jacobian only"),
                new FaultyRule(LOSS, this::logits, "takes the logits for probabilities: z - y in place of p - y"));
    }

    private List<FaultyRule> ofOperation() {
        List<FaultyRule> rules = new ArrayList<>(List.of(
                new FaultyRule("derivativeMissing", held, "passes the gradient on unchanged; it is d - p sum d"),
                new FaultyRule(
                        "subtractionMissing", held, "leaves out what comes through its sum: it is d - p sum d, not d"),
                new FaultyRule("diagonalOnly", this::diagonal, "uses the diagonal of its Jacobian only, d (1 - p)"),
                new FaultyRule(
                        "derivativeOfVariant",
                        (point, d) -> softmax(point, d),
                        "uses the derivative of softmax, p (d - sum d p); the logarithm's is d - p sum d"),
                new FaultyRule(
                        "termMissing",
                        FaultyRule.elementwise(operation, (right, d) -> right - d),
                        "passes on - p sum d only; it is d - p sum d")));
        List<Integer> own = SoftmaxRules.axes(normaliser(operation).inputs().get(0));
        for (int axis = 0; axis < z.rank(); axis++) {
            List<Integer> other = List.of(axis);
            if (!other.equals(own) && z.shape().extent(axis) > 1) {
                rules.add(new FaultyRule(
                        "sumOverWrongAxis",
                        (point, d) -> Map.of(z, less(point, d, other)),
                        "takes the sum of d - p sum d over axis %d, and over %s forward".formatted(axis, own)));
            }
        }
        return rules;
    }

    private double[] right(Evaluation point, double[] d) {
        return Replay.passedOn(operation, point, d).getOrDefault(z, d);
    }

    private double[] probabilities(Evaluation point) {
        double[] log = FaultyRule.values(point, operation.output());
        double[] p = new double[log.length];
        Arrays.setAll(p, i -> Math.exp(log[i]));
        return p;
    }

    private Map<Node, double[]> throughSoftmax(Evaluation point, double[] d) {
        return softmax(point, right(point, d));
    }

    /** {@code J' (p d)}: what softmax passes on of d. */
    private Map<Node, double[]> softmax(Evaluation point, double[] d) {
        double[] weighted = probabilities(point);
        Arrays.setAll(weighted, i -> weighted[i] * d[i]);
        return Replay.passedOn(operation, point, weighted);
    }

    private Map<Node, double[]> diagonal(Evaluation point, double[] d) {
        double[] passed = probabilities(point);
        Arrays.setAll(passed, i -> d[i] * (1 - passed[i]));
        return Map.of(z, passed);
    }

    /** The logits in place of the probabilities: {@code d + (right - d) z / p}. */
    private Map<Node, double[]> logits(Evaluation point, double[] d) {
        double[] logits = FaultyRule.values(point, z);
        double[] p = probabilities(point);
        double[] right = right(point, d);
        double[] passed = new double[d.length];
        Arrays.setAll(passed, i -> d[i] + (right[i] - d[i]) / p[i] * logits[i]);
        return Map.of(z, passed);
    }

    /** {@code d - p sum d} over other axes. */
    private double[] less(Evaluation point, double[] d, List<Integer> axes) {
        double[] p = probabilities(point);
        int[] groups = Places.groups(z.shape(), axes);
        double[] sums = new double[Arrays.stream(groups).max().orElse(0) + 1];
        for (int i = 0; i < d.length; i++) {
            sums[groups[i]] += d[i];
        }
        double[] passed = new double[d.length];
        Arrays.setAll(passed, i -> d[i] - p[i] * sums[groups[i]]);
        return passed;
    }
}
