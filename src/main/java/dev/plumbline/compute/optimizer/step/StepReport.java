package dev.plumbline.compute.optimizer.step;

import java.util.List;
import java.util.Map;

/**
 * What came of a step, in figures.
 *
 * @param gradientNorm over all tensors, before clipping; NaN or infinite with the gradients, and NaN if norms were not
 *     asked for
 * @param clippedTo the factor that clipping by norm has put on the gradients; 1 where it did nothing
 * @param updates by tensor name; empty if norms were not asked for or the step was not taken
 * @param nonFinites the first one of each tensor
 */
public record StepReport(
        Outcome outcome,
        double gradientNorm,
        double clippedTo,
        Map<String, Update> updates,
        List<NonFinite> nonFinites) {

    /** Whether the arrays hold the parameters and moments after the step. */
    public enum Outcome {
        TAKEN,
        /** They are untouched. */
        REFUSED,
        /** They hold NaN or infinities and must be thrown away. */
        SPOILED
    }

    /** Of a step that nothing has come of but the non-finite numbers that forbade it. */
    StepReport refused(List<NonFinite> found) {
        return new StepReport(Outcome.REFUSED, gradientNorm, 1, Map.of(), found);
    }
}
