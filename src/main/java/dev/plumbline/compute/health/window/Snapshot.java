package dev.plumbline.compute.health.window;

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
 */
public record Snapshot(
        long step, @Nullable Double loss, Map<String, TensorNorms> tensors, Set<String> spikes, boolean lossSpike) {

    /** As it came, before anything was judged. */
    public static Snapshot of(long step, @Nullable Double loss, Map<String, TensorNorms> tensors) {
        return new Snapshot(step, loss, tensors, Set.of(), false);
    }

    /** Whether the pipeline said the same. */
    public boolean saysTheSame(Snapshot other) {
        return of(step, loss, tensors).equals(of(other.step, other.loss, other.tensors));
    }
}
