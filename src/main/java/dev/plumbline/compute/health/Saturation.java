package dev.plumbline.compute.health;

import dev.plumbline.compute.health.Remedy.Action;
import java.util.ArrayList;
import java.util.List;

/**
 * Values of a tanh or sigmoid where the derivative is below a stated floor, a hundredth of the largest it has, in more
 * than {@code share} of a layer.
 *
 * @param fixedInputs judge by SageMaker's fixed inputs instead, which lie at far smaller derivatives
 */
record Saturation(double share, boolean fixedInputs) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        List<HealthFinding> findings = new ArrayList<>();
        boolean judged = false;
        for (LayerHealth layer : condition.activated()) {
            ActivationStatistics activation = layer.activation();
            Double observed = activation == null
                    ? null
                    : fixedInputs ? activation.sagemakerSaturatedShare() : activation.saturatedShare();
            judged |= observed != null;
            if (activation != null && observed != null && observed > share) {
                findings.add(finding(condition, layer, activation, observed));
            }
        }
        return judged
                ? Judgement.of(findings)
                : Judgement.notEvaluated(
                        Symptom.SATURATION,
                        "no tanh or sigmoid is known behind a layer; other activations do not saturate");
    }

    private HealthFinding finding(
            Condition condition, LayerHealth layer, ActivationStatistics activation, double observed) {
        String beyond = fixedInputs
                ? "beyond the fixed inputs of this profile"
                : "where the derivative of " + activation.function() + " is below " + activation.floor();
        return new HealthFinding(
                Symptom.SATURATION,
                Severity.UNHEALTHY,
                List.of(layer.name()),
                "share of values " + beyond,
                observed,
                share,
                HealthFinding.above(observed, share),
                "%s of the values behind %s lie %s: its affine values are too large in size."
                        .formatted(Words.number(observed), Words.layer(layer.name()), beyond),
                remedies(condition, layer, activation));
    }

    /** Weights that are drawn as they should be are not to be drawn anew: what comes in is too large. */
    private static List<Remedy> remedies(Condition condition, LayerHealth layer, ActivationStatistics activation) {
        List<Remedy> remedies = new ArrayList<>();
        if (!Initialisers.isDrawn(layer)) {
            remedies.add(Initialisers.remedy(condition));
        }
        remedies.add(Remedy.of(Action.NORMALISATION, "Normalise the inputs of this layer, or its affine values."));
        remedies.add(Remedy.of(Action.ACTIVATION, "Exchange " + activation.function() + " for relu or gelu."));
        remedies.add(Remedy.of(Action.LEARNING_RATE, "Lower the learning rate if training drove the weights there."));
        return remedies;
    }
}
