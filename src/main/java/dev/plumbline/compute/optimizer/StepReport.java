package dev.plumbline.compute.optimizer;

import java.util.List;
import java.util.Map;

/**
 * What came of a step in place.
 *
 * @param gradientNorm before clipping; NaN if norms were not asked for
 * @param updates by tensor name; empty if norms were not asked for or the step was not taken
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
}
