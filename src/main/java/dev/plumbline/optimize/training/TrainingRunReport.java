package dev.plumbline.optimize.training;

import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.HealthChanges;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run.
 *
 * @param id the run's, as its first event says it
 * @param label the request's own name for the run; null without one
 * @param summary one plain sentence
 * @param losses iteration and loss, of every reported iteration and the last one: at the parameters before its step, on its
 *     batch
 * @param gradientNorms iteration and norm of the gradient over all parameters, before clipping
 * @param parameters after the last step; where the run met a number that is not finite, before it
 * @param steps that were taken
 * @param optimizer every hyper-parameter, resolved
 * @param changes against the earlier report that the request names; null without one
 */
public record TrainingRunReport(
        String id,
        @Nullable String label,
        String summary,
        TrainingRunStop.Reason stopped,
        long steps,
        List<List<Number>> losses,
        List<List<Number>> gradientNorms,
        Health health,
        Map<String, Tensor> parameters,
        Map<String, Object> optimizer,
        double seconds,
        @Nullable HealthChanges changes) {

    /** The same with the run's id and label. */
    TrainingRunReport named(String run, @Nullable String name) {
        return new TrainingRunReport(
                run,
                name,
                summary,
                stopped,
                steps,
                losses,
                gradientNorms,
                health,
                parameters,
                optimizer,
                seconds,
                changes);
    }

    /** The same with what is another than in an earlier one; as it is where there is none. */
    TrainingRunReport since(@Nullable TrainingRunReport earlier) {
        return earlier == null
                ? this
                : new TrainingRunReport(
                        id,
                        label,
                        summary,
                        stopped,
                        steps,
                        losses,
                        gradientNorms,
                        health,
                        parameters,
                        optimizer,
                        seconds,
                        HealthChanges.of(earlier.id(), earlier.ofHealth(), ofHealth()));
    }

    private HealthChanges.Health ofHealth() {
        double loss = losses.get(losses.size() - 1).get(1).doubleValue();
        return new HealthChanges.Health(health.verdict(), loss, health.all());
    }

    /** The same without parameters: what is kept. */
    TrainingRunReport withoutParameters() {
        return new TrainingRunReport(
                id,
                label,
                summary,
                stopped,
                steps,
                losses,
                gradientNorms,
                health,
                Map.of(),
                optimizer,
                seconds,
                changes);
    }

    /**
     * How the gradient fared.
     *
     * @param verdict the worst of all findings
     * @param summary one plain sentence for each rule that found something, at the start, over the run, at the end
     * @param iterations that were looked at, as in {@code losses}
     * @param layers in the order of computation
     * @param start the first iteration, as a diagnosis of its batch sees it
     * @param end the last one; null where it is the first
     * @param findings over the run as a whole
     * @param notEvaluated the rules over the run that could not be judged, and why
     */
    public record Health(
            Diagnosis.Verdict verdict,
            String summary,
            Profile profile,
            List<Long> iterations,
            List<LayerCourse> layers,
            PointHealth start,
            @Nullable PointHealth end,
            List<HealthFinding> findings,
            List<NotEvaluated> notEvaluated) {

        /** The findings of the run as a whole, then of its start and its end. */
        public List<HealthFinding> all() {
            return Stream.concat(
                            findings.stream(),
                            Stream.of(start, end).filter(Objects::nonNull).flatMap(point -> point.findings().stream()))
                    .distinct()
                    .toList();
        }
    }

    /**
     * @param gradientNorms of all its parameters together, before clipping, one for each iteration looked at
     * @param updateRatios {@code ||update|| / ||parameters||} of the steps that were taken there; null where none was, or
     *     the parameters are 0
     */
    public record LayerCourse(String name, List<Double> gradientNorms, List<@Nullable Double> updateRatios) {}

    /** What the rules for one point say of an iteration. */
    public record PointHealth(
            long iteration,
            Diagnosis.Verdict verdict,
            String summary,
            List<HealthFinding> findings,
            List<NotEvaluated> notEvaluated) {}
}
