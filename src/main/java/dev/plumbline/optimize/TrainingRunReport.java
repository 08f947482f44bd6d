package dev.plumbline.optimize;

import dev.plumbline.compute.health.Diagnosis;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.Profile;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
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
        double seconds) {

    /** The same with the run's id and label. */
    TrainingRunReport named(String run, @Nullable String name) {
        return new TrainingRunReport(
                run, name, summary, stopped, steps, losses, gradientNorms, health, parameters, optimizer, seconds);
    }

    /** The same without parameters: what is kept. */
    TrainingRunReport withoutParameters() {
        return new TrainingRunReport(
                id, label, summary, stopped, steps, losses, gradientNorms, health, Map.of(), optimizer, seconds);
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
            List<NotEvaluated> notEvaluated) {}

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
