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
                        "Most of the gradient of " + layer.name() + " is exactly 0.",
                        List.of(
                                Remedy.of(Remedy.Action.ACTIVATION, "Exchange relu for leakyRelu, elu or gelu."),
                                Initialisers.remedy(condition))))
                .toList());
    }
}
