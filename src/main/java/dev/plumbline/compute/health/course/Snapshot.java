package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.TensorNorms;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline said at one step, and what stood out at once.
 *
 * @param loss null where it was not given
 * @param tensors norms by parameter; not every snapshot has every tensor
 * @param spikes the tensors whose norm is a spike here
 * @param lossSpike whether the loss is one
 * @param scaling what a loss scaler did; null where there is none
 */
public record Snapshot(
        long step,
        @Nullable Double loss,
        Map<String, TensorNorms> tensors,
        Set<String> spikes,
        boolean lossSpike,
        @Nullable Scaling scaling) {

    /**
     * What a loss scaler did at a step.
     *
     * @param factor that the loss was multiplied by; null where it was not said
     * @param skipped whether the optimizer left the step out, because a scaled gradient had overflowed
     */
    public record Scaling(@Nullable Double factor, boolean skipped) {}

    /** As it came, before anything was judged. */
    public static Snapshot of(long step, @Nullable Double loss, Map<String, TensorNorms> tensors) {
        return new Snapshot(step, loss, tensors, Set.of(), false, null);
    }

    public Snapshot scaled(@Nullable Scaling by) {
        return new Snapshot(step, loss, tensors, spikes, lossSpike, by);
    }

    Snapshot withSpikes(Set<String> found, boolean ofLoss) {
        return new Snapshot(step, loss, tensors, found, ofLoss, scaling);
    }

    /** Whether the optimizer left this step out. */
    public boolean isSkipped() {
        return scaling != null && scaling.skipped();
    }

    /** Whether some gradient is NaN or infinite. */
    public boolean overflows() {
        return tensors.values().stream().anyMatch(norms -> !Double.isFinite(norms.gradientNorm()));
    }

    /** The norm of all gradients together; NaN where there is none. */
    double norm() {
        if (tensors.isEmpty()) {
            return Double.NaN;
        }
        double norm = 0;
        for (TensorNorms norms : tensors.values()) {
            norm = Math.hypot(norm, norms.gradientNorm());
        }
        return norm;
    }

    /** The norm of all parameters together; NaN where one is not known. */
    double parameterNorm() {
        double norm = tensors.isEmpty() ? Double.NaN : 0;
        for (TensorNorms norms : tensors.values()) {
            norm = Math.hypot(norm, norms.parameterNorm() == null ? Double.NaN : norms.parameterNorm());
        }
        return norm;
    }

    /** Whether the pipeline said the same. */
    public boolean saysTheSame(Snapshot other) {
        return withSpikes(Set.of(), false).equals(other.withSpikes(Set.of(), false));
    }
}
