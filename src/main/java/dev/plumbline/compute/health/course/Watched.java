package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.Profile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was said once about a run.
 *
 * @param window how many of the last snapshots the rules look at
 * @param layers that count for the depth, first layer first; empty where their names shall say
 * @param profile whose rules judge each snapshot by itself; those over windows are Plumbline's
 * @param ranks how many post snapshots; null and 1 are the same
 * @param comparedWith the id of the monitor of another run; null where there is none
 */
public record Watched(
        int window,
        List<String> layers,
        Profile profile,
        @Nullable Integer ranks,
        @Nullable String comparedWith) {

    public Watched(int window, List<String> layers, Profile profile) {
        this(window, layers, profile, null, null);
    }

    /** How many ranks post snapshots, at least one. */
    public int posting() {
        return ranks == null ? 1 : ranks;
    }
}
