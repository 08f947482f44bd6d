package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Condition;
import dev.plumbline.compute.health.LayerHealth;
import dev.plumbline.compute.health.NormReading;
import java.util.List;
import java.util.Set;

/**
 * What the rules look at: a run as it is at its last snapshot.
 *
 * @param window the last snapshots, oldest first, at least one
 * @param state with the last snapshot in it
 */
public record WindowCourse(Watched watched, RunState state, List<Snapshot> window) {

    /** A loss that is still above this share of the first one has not been learnt. */
    private static final double STUCK = 0.5;

    Snapshot last() {
        return window.get(window.size() - 1);
    }

    List<Snapshot> earlier() {
        return window.subList(0, window.size() - 1);
    }

    /** The tensors that the last snapshot speaks of. */
    Set<String> tensors() {
        return last().tensors().keySet();
    }

    /** The last snapshot as the rules for one point see it. */
    public Condition condition() {
        return condition(last());
    }

    Condition condition(Snapshot snapshot) {
        return new NormReading(snapshot.tensors(), watched.layers()).condition();
    }

    /** A layer's ratios over the window, of the steps that were taken. */
    double[] updateRatios(String layer) {
        return window.stream()
                .filter(snapshot -> !snapshot.isSkipped())
                .flatMap(snapshot -> condition(snapshot).layers().stream())
                .filter(health -> health.name().equals(layer) && health.updateRatio() != null)
                .mapToDouble(LayerHealth::updateRatio)
                .toArray();
    }

    /** Whether the smoothed loss has fallen to half of the first one; false where there is none. */
    boolean hasLearnt() {
        LossProgress progress = state.progress();
        Double smoothed = state.loss().mean();
        return progress != null && smoothed != null && !(smoothed > STUCK * progress.first());
    }
}
