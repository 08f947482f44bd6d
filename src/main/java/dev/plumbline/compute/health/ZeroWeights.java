package dev.plumbline.compute.health;

import java.util.List;

/**
 * Layers whose weights are all exactly 0, and stay so or stay alike: their own gradient is 0 too, or the same for all
 * units. Where it tells the units apart, as for a linear regression or a last layer that begin at 0 on purpose, the
 * first step ends it, and nothing is wrong ({@link ZeroStarts}).
 */
record ZeroWeights() implements Rule {

    private static final double SHARE = 0.5;

    @Override
    public Judgement judge(Condition condition) {
        List<String> stuck = condition.weighted().stream()
                .filter(layer -> layer.weights() != null && isStuck(layer, layer.weights()))
                .map(LayerHealth::name)
                .toList();
        return stuck.isEmpty() ? Judgement.HEALTHY : Judgement.of(finding(condition, stuck));
    }

    private static boolean isStuck(LayerHealth layer, WeightStatistics weights) {
        TensorStatistics gradient = layer.tensors().values().iterator().next();
        return weights.areZero() && (gradient.norm() == 0 || weights.equalUnits() > SHARE);
    }

    private static HealthFinding finding(Condition condition, List<String> names) {
        return new HealthFinding(
                Symptom.INITIALISATION,
                Severity.UNHEALTHY,
                names,
                "layers whose weights are all 0",
                names.size(),
                0,
                Double.POSITIVE_INFINITY,
                "All weights of %s are exactly 0: values there are the biases whatever comes in, no derivative passes back to what is before, and their gradient is 0 or the same for every unit, so that no step tells the units apart."
                        .formatted(Words.names(names)),
                List.of(Initialisers.remedy(condition)));
    }
}
