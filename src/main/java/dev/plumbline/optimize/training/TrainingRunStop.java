package dev.plumbline.optimize.training;

import dev.plumbline.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * When a run stops before its last iteration.
 *
 * @param lossBelow at the first loss below this
 * @param gradientNormBelow at the first gradient, over all parameters and before clipping, whose norm is below this
 * @param patience after so many iterations in a row without a loss below the least so far
 */
public record TrainingRunStop(
        @Nullable Double lossBelow,
        @Nullable Double gradientNormBelow,
        @Nullable Integer patience) {

    static final TrainingRunStop NEVER = new TrainingRunStop(null, null, null);

    /** Why a run came to its end. */
    public enum Reason {
        ITERATIONS,
        LOSS_BELOW,
        GRADIENT_NORM_BELOW,
        PATIENCE,
        NON_FINITE,
        /** Somebody cancelled it, or who listened to its events went away. */
        CANCELLED,
        /** The request's {@code wait} is over, or the time limit of requests; what was reached until then is in the report. */
        TIME
    }

    public TrainingRunStop {
        if (lossBelow != null && Double.isNaN(lossBelow)) {
            throw Problem.invalid("/lossBelow", "no loss is below NaN", lossBelow, "a number");
        }
        if (gradientNormBelow != null && !(gradientNormBelow > 0)) {
            throw Problem.invalid("/gradientNormBelow", "no norm is below this", gradientNormBelow, "a number above 0");
        }
        if (patience != null && patience < 1) {
            throw Problem.invalid("/patience", "patience is at least one iteration", patience, "1 or more");
        }
    }

    /** The reason to stop here, if there is one; {@code stale} counts iterations since the least loss. */
    @Nullable
    Reason reason(double loss, double gradientNorm, long stale) {
        if (!Double.isFinite(loss) || !Double.isFinite(gradientNorm)) {
            return Reason.NON_FINITE;
        }
        if (lossBelow != null && loss < lossBelow) {
            return Reason.LOSS_BELOW;
        }
        if (gradientNormBelow != null && gradientNorm < gradientNormBelow) {
            return Reason.GRADIENT_NORM_BELOW;
        }
        return patience != null && stale >= patience ? Reason.PATIENCE : null;
    }
}
