package dev.plumbline.compute.health;

import java.util.List;

/** AUTOTRAINER's exploding rule: the first layer's norm over the last one's is large. */
record LargeRatio(double ratio) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        String because = Depths.unjudgeable(condition);
        if (because != null) {
            return Judgement.notEvaluated(Symptom.EXPLODING, because);
        }
        DepthProfile profile = condition.gradients();
        if (!(profile.firstToLast() > ratio)) {
            return Judgement.HEALTHY;
        }
        return Judgement.of(new HealthFinding(
                Symptom.EXPLODING,
                Severity.UNHEALTHY,
                profile.layers().subList(0, 1),
                "norm of the gradient in the first layer over that in the last",
                profile.firstToLast(),
                ratio,
                HealthFinding.above(profile.firstToLast(), ratio),
                "The gradient grows on its way back" + profile.perLayer() + ".",
                List.of(Initialisers.remedy(condition))));
    }
}
