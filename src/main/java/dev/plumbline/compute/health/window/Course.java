package dev.plumbline.compute.health.window;

import dev.plumbline.compute.health.Condition;
import dev.plumbline.compute.health.NormReading;
import java.util.List;
import java.util.Set;

/**
 * What the rules look at: a run as it is at its last snapshot.
 *
 * @param window the last snapshots, oldest first, at least one
 * @param state with the last snapshot in it
 */
public record Course(Watched watched, RunState state, List<Snapshot> window) {

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
        return new NormReading(last().tensors(), watched.layers()).condition();
    }
}
