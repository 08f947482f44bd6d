package dev.plumbline.compute.health;

import java.util.List;

/** AUTOTRAINER's vanishing rule: the first layer's norm over the last one's, and the first one's own, are both small. */
record SmallRatio(double ratio, double norm) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        String because = Depths.unjudgeable(condition);
        if (because != null) {
            return Judgement.notEvaluated(Symptom.VANISHING, because);
        }
        DepthProfile profile = condition.gradients();
        if (!(profile.firstToLast() < ratio) || !(profile.norms().get(0) < norm)) {
            return Judgement.HEALTHY;
        }
        return Judgement.of(new HealthFinding(
                Symptom.VANISHING,
                Severity.UNHEALTHY,
                profile.layers().subList(0, 1),
                "norm of the gradient in the first layer over that in the last",
                profile.firstToLast(),
                ratio,
                HealthFinding.below(profile.firstToLast(), ratio),
                "The first layer's gradient has norm "
                        + Words.number(profile.norms().get(0)) + ", below " + norm + ".",
                List.of(Initialisers.remedy(condition))));
    }
}
