package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.NonFiniteOperation;
import dev.plumbline.compute.program.Objective;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** NaN or infinity in the loss or in a gradient. */
record NonFiniteValues() implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        List<LayerHealth> bad = condition.layers().stream()
                .filter(layer -> layer.nonFinite() > 0)
                .toList();
        Double loss = condition.loss();
        boolean lossIsBad = loss != null && !Double.isFinite(loss);
        if (bad.isEmpty() && !lossIsBad) {
            return Judgement.HEALTHY;
        }
        double count = bad.stream().mapToLong(LayerHealth::nonFinite).sum() + (lossIsBad ? 1 : 0);
        NonFiniteOperation first = first(condition.around(), lossIsBad);
        List<String> names = bad.stream().map(LayerHealth::name).toList();
        return Judgement.of(new HealthFinding(
                Symptom.NON_FINITE,
                Severity.UNHEALTHY,
                names,
                "NaN and infinite values in the loss and its gradient",
                count,
                0,
                Double.POSITIVE_INFINITY,
                (lossIsBad
                                ? "The loss itself is " + loss + "."
                                : "The gradient is not finite in " + Words.names(names) + "; the loss is not to blame.")
                        + (first == null ? "" : " It begins in %s, which %s.".formatted(first.name(), first.reason())),
                List.of(
                        Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                first == null
                                        ? "Find the first operation that overflows: a logarithm or quotient of 0, or the"
                                                + " exponential of a large number; use the loss that takes logits."
                                        : first.cure()),
                        Remedy.of(
                                Remedy.Action.LEARNING_RATE,
                                "Lower the learning rate and start before the overflow."))));
    }

    /** Where it begins; null where there is no model, or where only a claimed gradient is not finite. */
    private static @Nullable NonFiniteOperation first(Surroundings around, boolean lossIsBad) {
        Objective objective = around.objective();
        Evaluation.Gradient gradient = around.gradient();
        if (objective == null || gradient == null) {
            return null;
        }
        return lossIsBad ? NonFiniteOperation.ofValue(objective) : NonFiniteOperation.ofDerivative(objective, gradient);
    }
}
