package dev.plumbline.compute.health;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A first step u against the curvature of the loss along it: to second order the loss changes by {@code g'u + u'Hu / 2}, the
 * most where u is {@code -g'u / u'Hu} times as long. From {@code u'Hu / -g'u = 2} on the loss rises. For gradient descent,
 * {@code u = -rate g}, that is the bound {@code rate < 2 / lambda} with {@code lambda = g'Hg / g'g}. A step beyond {@code
 * most} behind which the loss has in fact risen is too long; below {@code least} it takes next to nothing of what there is.
 *
 * <p>Blind where the loss curves downwards along the step, and to curvature across it: this bound is necessary, not enough,
 * which is why a tenth of it is advised.
 */
record StepLength(double most, double least) {

    /** Of the step to the least loss along the first one, what is advised: later steps may meet more curvature. */
    private static final double ADVISED = 0.1;

    /** @param step null where there is none to measure */
    Judgement judge(@Nullable MeasuredStep step) {
        if (step == null) {
            return Judgement.notEvaluated(
                    Symptom.LEARNING_RATE, "the curvature along a step takes the model and the optimizer");
        }
        if (!(step.slope() < 0)) {
            return Judgement.notEvaluated(Symptom.LEARNING_RATE, "the step does not lead downhill");
        }
        if (!step.isBounded()) {
            return Judgement.notEvaluated(
                    Symptom.LEARNING_RATE, "the loss does not curve upwards along the step, which then has no bound");
        }
        double length = step.length();
        return length > most && step.rises() || length < least ? Judgement.of(finding(step)) : Judgement.HEALTHY;
    }

    private HealthFinding finding(MeasuredStep step) {
        double length = step.length();
        double descent = -step.slope();
        boolean isLong = length > most;
        double threshold = isLong ? most : least;
        return new HealthFinding(
                Symptom.LEARNING_RATE,
                isLong ? Severity.UNHEALTHY : Severity.WARNING,
                List.of(),
                "curvature of the loss along the step over its descent, u'Hu / -g'u",
                length,
                threshold,
                isLong ? HealthFinding.above(length, threshold) : HealthFinding.below(length, threshold),
                isLong
                        ? "The step is %s times as long as the one that takes the loss lowest along it by its curvature (u'Hu is %s, -g'u %s); from 2 on the loss rises. It goes from %s to %s."
                                .formatted(
                                        Words.number(length),
                                        Words.number(length * descent),
                                        Words.number(descent),
                                        Words.number(step.before()),
                                        Words.number(step.behind()))
                        : "The step is %s of the one that takes the loss lowest along it by its curvature (u'Hu is %s, -g'u %s). The loss goes from %s to %s."
                                .formatted(
                                        Words.number(length),
                                        Words.number(length * descent),
                                        Words.number(descent),
                                        Words.number(step.before()),
                                        Words.number(step.behind())),
                List.of(new Remedy(
                        Remedy.Action.LEARNING_RATE,
                        "Multiply the learning rate by this factor: a tenth of the rate whose step takes the loss lowest"
                                + " along it by this curvature. The largest rate is the bound for this one step, and"
                                + " later ones may have a lower one: halve the rate until the loss falls over a few"
                                + " steps.",
                        numbers(step.learningRate(), length))));
    }

    private Map<String, Double> numbers(@Nullable Double rate, double length) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("factor", ADVISED / length);
        if (rate != null) {
            numbers.put("learningRate", ADVISED * rate / length);
            numbers.put("largestLearningRate", most * rate / length);
        }
        return numbers;
    }
}
