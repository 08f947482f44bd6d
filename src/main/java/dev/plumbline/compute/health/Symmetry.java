package dev.plumbline.compute.health;

import java.util.ArrayList;
import java.util.List;

/**
 * Units with equal weights and equal gradients: they stay equal under every step, and count as one.
 * Weights that are all 0 are {@link ZeroWeights}'.
 */
record Symmetry() implements Rule {

    private static final double SHARE = 0.5;

    @Override
    public Judgement judge(Condition condition) {
        List<HealthFinding> findings = new ArrayList<>();
        boolean judged = false;
        for (LayerHealth layer : condition.weighted()) {
            WeightStatistics weights = layer.weights();
            judged |= weights != null;
            if (weights != null && !weights.areZero() && weights.equalUnits() > SHARE) {
                findings.add(finding(condition, layer, weights));
            }
        }
        return judged
                ? Judgement.of(findings)
                : Judgement.notEvaluated(
                        Symptom.INITIALISATION, "without the model it is not known which weights belong to one unit");
    }

    private static HealthFinding finding(Condition condition, LayerHealth layer, WeightStatistics weights) {
        return new HealthFinding(
                Symptom.INITIALISATION,
                Severity.UNHEALTHY,
                List.of(layer.name()),
                "share of units with the same weights and the same gradient",
                weights.equalUnits(),
                SHARE,
                HealthFinding.above(weights.equalUnits(), SHARE),
                "%d of the %d units of %s have equal weights and equal gradients: no step will ever tell them apart."
                        .formatted(
                                Math.round(weights.equalUnits() * weights.units()),
                                weights.units(),
                                Words.layer(layer.name())),
                List.of(Initialisers.remedy(condition)));
    }
}
