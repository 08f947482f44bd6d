package dev.plumbline.compute.health;

import java.util.ArrayList;
import java.util.List;

/**
 * Layers whose weights are all exactly 0. Nothing passes them, either way: their values are their biases, and the derivative
 * by what comes in is 0. Where the weights' own gradient is 0 too, or the same for all units, no step gets out of it:
 * unhealthy. Where it tells the units apart, as for a last layer that is set to 0 on purpose (Zhang, Dauphin and Ma, 2019),
 * the first step ends it: a warning.
 */
record ZeroWeights() implements Rule {

    private static final double SHARE = 0.5;

    @Override
    public Judgement judge(Condition condition) {
        List<LayerHealth> stuck = new ArrayList<>();
        List<LayerHealth> moving = new ArrayList<>();
        for (LayerHealth layer : condition.weighted()) {
            WeightStatistics weights = layer.weights();
            if (weights != null && weights.areZero()) {
                (isStuck(layer, weights) ? stuck : moving).add(layer);
            }
        }
        List<HealthFinding> findings = new ArrayList<>();
        if (!stuck.isEmpty()) {
            findings.add(finding(
                    condition,
                    stuck,
                    Severity.UNHEALTHY,
                    "their gradient is 0 or the same for every unit, so that no step tells the units apart"));
        }
        if (!moving.isEmpty()) {
            findings.add(finding(
                    condition,
                    moving,
                    Severity.WARNING,
                    "their own gradient tells the units apart, so that the first step ends it"));
        }
        return Judgement.of(findings);
    }

    private static boolean isStuck(LayerHealth layer, WeightStatistics weights) {
        TensorStatistics gradient = layer.tensors().values().iterator().next();
        return gradient.norm() == 0 || weights.equalUnits() > SHARE;
    }

    private static HealthFinding finding(
            Condition condition, List<LayerHealth> layers, Severity severity, String gradient) {
        List<String> names = layers.stream().map(LayerHealth::name).toList();
        return new HealthFinding(
                Symptom.INITIALISATION,
                severity,
                names,
                "layers whose weights are all 0",
                layers.size(),
                0,
                Double.POSITIVE_INFINITY,
                "All weights of %s are exactly 0: values there are the biases whatever comes in, no derivative passes back to what is before, and %s."
                        .formatted(Words.names(names), gradient),
                List.of(Initialisers.remedy(condition)));
    }
}
