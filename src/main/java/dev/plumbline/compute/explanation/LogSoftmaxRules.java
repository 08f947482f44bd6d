package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Operation.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Wrong rules for {@code log softmax(z)}, whose right one is {@code d - p sum d}; before a cross-entropy with targets y that
 * is {@code p - y}.
 */
final class LogSoftmaxRules {

    private static final String LOSS = "lossDerivative";

    private LogSoftmaxRules() {}

    static List<FaultyRule> of(Operation operation) {
        Node z = operation.inputs().get(0);
        Node normaliser = Objects.requireNonNull(operation.roles().get(Role.NORMALISER));
        return List.of(
                new FaultyRule(
                        LOSS,
                        FaultyRule.holding(operation, List.of(normaliser)),
                        "passes on -y, the targets only; the derivative of cross-entropy by the logits is p - y"),
                new FaultyRule(
                        LOSS,
                        FaultyRule.elementwise(operation, (right, d) -> right - d),
                        "passes on p, the probabilities without the targets; the derivative of cross-entropy by the logits is p - y"),
                new FaultyRule(
                        LOSS,
                        (point, d) -> {
                            double[] log = FaultyRule.values(point, operation.output());
                            double[] right =
                                    Replay.passedOn(operation, point, d).getOrDefault(z, d);
                            double[] weighted = new double[d.length];
                            Arrays.setAll(weighted, i -> Math.exp(log[i]) * right[i]);
                            return Replay.passedOn(operation, point, weighted);
                        },
                        "sends p - y through the derivative of softmax once more; p - y is the derivative by the logits already"),
                new FaultyRule(
                        LOSS,
                        (point, d) -> {
                            double[] log = FaultyRule.values(point, operation.output());
                            double[] passed = new double[d.length];
                            Arrays.setAll(passed, i -> d[i] * (1 - Math.exp(log[i])));
                            return Map.of(z, passed);
                        },
                        "uses the diagonal of its Jacobian only"),
                new FaultyRule(
                        LOSS,
                        (point, d) -> {
                            double[] logits = FaultyRule.values(point, z);
                            double[] log = FaultyRule.values(point, operation.output());
                            double[] right =
                                    Replay.passedOn(operation, point, d).getOrDefault(z, d);
                            double[] passed = new double[d.length];
                            // z - y: the logits in place of the probabilities
                            Arrays.setAll(passed, i -> d[i] + (right[i] - d[i]) / Math.exp(log[i]) * logits[i]);
                            return Map.of(z, passed);
                        },
                        "takes the logits for probabilities: z - y in place of p - y"));
    }
}
