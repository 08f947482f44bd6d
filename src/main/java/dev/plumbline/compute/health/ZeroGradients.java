package dev.plumbline.compute.health;

import java.util.List;

/** AUTOTRAINER's rule for dying units: the share of exact zeros in a layer's gradient. */
record ZeroGradients(double share) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        if (condition.layers().stream().allMatch(layer -> Double.isNaN(layer.zeroShare()))) {
            return Judgement.notEvaluated(Symptom.DEAD_UNITS, "no layer's share of zeros is known");
        }
        return Judgement.of(condition.layers().stream()
                .filter(layer -> layer.zeroShare() >= share)
                .map(layer -> new HealthFinding(
                        Symptom.DEAD_UNITS,
                        Severity.UNHEALTHY,
                        List.of(layer.name()),
                        "share of exact zeros in the gradient",
                        layer.zeroShare(),
                        share,
                        HealthFinding.above(layer.zeroShare(), share),
                        cause(layer),
                        remedies(condition, layer)))
                .toList());
    }

    private static String cause(LayerHealth layer) {
        String name = Words.layer(layer.name());
        if (layer.weights() != null && layer.weights().areZero()) {
            return "The weights of " + name + " are all 0, and most of their gradient is exactly 0.";
        }
        return "Most of the gradient of " + name + " is exactly 0.";
    }

    /** Another activation helps where there is a relu. */
    private static List<Remedy> remedies(Condition condition, LayerHealth layer) {
        ActivationStatistics activation = layer.activation();
        boolean mayBeRelu = activation == null
                || activation.function().equals("relu")
                || activation.function().equals("unknown");
        boolean isZero = layer.weights() != null && layer.weights().areZero();
        return mayBeRelu && !isZero
                ? List.of(
                        Remedy.of(Remedy.Action.ACTIVATION, "Exchange relu for leakyRelu, elu or gelu."),
                        Initialisers.remedy(condition))
                : List.of(Initialisers.remedy(condition));
    }
}
