package dev.plumbline.compute.health;

import java.util.List;

/** SageMaker's vanishing rule: the mean of |g| of a layer is below a fixed number, whatever the loss's scale. */
record SmallMean(double threshold) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        if (condition.layers().stream().anyMatch(layer -> Double.isNaN(layer.meanAbsoluteGradient()))) {
            return Judgement.notEvaluated(
                    Symptom.VANISHING, "the mean of |g| is not known, or not a number: only norms were given");
        }
        return Judgement.of(condition.layers().stream()
                .filter(layer -> layer.meanAbsoluteGradient() < threshold)
                .map(layer -> new HealthFinding(
                        Symptom.VANISHING,
                        Severity.UNHEALTHY,
                        List.of(layer.name()),
                        "mean of the gradient's absolute values",
                        layer.meanAbsoluteGradient(),
                        threshold,
                        HealthFinding.below(layer.meanAbsoluteGradient(), threshold),
                        layer.meanAbsoluteGradient() == 0
                                ? "The gradient of " + Words.layer(layer.name()) + " is exactly 0."
                                : "The gradient of " + Words.layer(layer.name())
                                        + " is small on an absolute scale; this"
                                        + " rule does not look at the scale of the loss.",
                        List.of(Initialisers.remedy(condition))))
                .toList());
    }
}
