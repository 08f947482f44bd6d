package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Ray;
import dev.plumbline.tensor.Tensor;
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
 * <p>Both derivatives are exact, out of one pass of forward mode to third order, and the loss behind the step is evaluated.
 * Blind where the loss curves downwards along the step, and to curvature across it: this bound is necessary, not enough.
 */
record StepLength(double most, double least) implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        Objective objective = condition.around().objective();
        FirstStep step = condition.around().step();
        if (objective == null || step == null || step.updates().isEmpty()) {
            return Judgement.notEvaluated(
                    Symptom.LEARNING_RATE, "the curvature along a step takes the model and the optimizer");
        }
        Ray ray = Ray.of(objective, step.updates(), Ray.GERM, Ray.Ground.UNKNOWN);
        double slope = ray.slope();
        double curvature = ray.curvature();
        if (!(slope < 0)) {
            return Judgement.notEvaluated(Symptom.LEARNING_RATE, "the step does not lead downhill");
        }
        if (!(curvature > 0)) {
            return Judgement.notEvaluated(
                    Symptom.LEARNING_RATE, "the loss does not curve upwards along the step, which then has no bound");
        }
        double length = curvature / -slope;
        double behind = valueBehind(objective, step);
        boolean rises = !(behind <= objective.value());
        return length > most && rises || length < least
                ? Judgement.of(finding(step, length, -slope, behind, objective.value()))
                : Judgement.HEALTHY;
    }

    private static double valueBehind(Objective objective, FirstStep step) {
        Map<String, Tensor> behind = new LinkedHashMap<>();
        step.updates().forEach((name, update) -> {
            double[] values = objective.parameter(name).values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] += update.at(i);
            }
            behind.put(name, Tensor.of(update.shape(), values));
        });
        return objective.valueWith(behind);
    }

    private HealthFinding finding(FirstStep step, double length, double descent, double behind, double value) {
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
                                        Words.number(value),
                                        Words.number(behind))
                        : "The step is %s of the one that takes the loss lowest along it by its curvature (u'Hu is %s, -g'u %s). The loss goes from %s to %s."
                                .formatted(
                                        Words.number(length),
                                        Words.number(length * descent),
                                        Words.number(descent),
                                        Words.number(value),
                                        Words.number(behind)),
                List.of(new Remedy(
                        Remedy.Action.LEARNING_RATE,
                        "Multiply the learning rate by this factor, which takes the step to the least loss along it by"
                                + " this curvature.",
                        numbers(step.learningRate(), length))));
    }

    private Map<String, Double> numbers(@Nullable Double rate, double length) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("factor", 1 / length);
        if (rate != null) {
            numbers.put("learningRate", rate / length);
            numbers.put("largestLearningRate", most * rate / length);
        }
        return numbers;
    }
}
