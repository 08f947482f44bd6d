package dev.plumbline.compute.health;

import java.util.List;

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
        List<String> names = bad.stream().map(LayerHealth::name).toList();
        return Judgement.of(new HealthFinding(
                Symptom.NON_FINITE,
                Severity.UNHEALTHY,
                names,
                "NaN and infinite values in the loss and its gradient",
                count,
                0,
                Double.POSITIVE_INFINITY,
                lossIsBad
                        ? "The loss itself is " + loss + "."
                        : "The gradient is not finite in " + Words.names(names) + "; the loss is not to blame.",
                List.of(
                        Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                "Find the first operation that overflows: a logarithm or quotient of 0, or the"
                                        + " exponential of a large number; use the loss that takes logits."),
                        Remedy.of(
                                Remedy.Action.LEARNING_RATE,
                                "Lower the learning rate and start before the overflow."))));
    }
}
