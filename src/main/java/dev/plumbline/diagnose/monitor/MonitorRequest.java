package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.Profile;
import dev.plumbline.compute.health.course.Watched;
import dev.plumbline.problem.Problem;
import dev.plumbline.webhook.Webhook;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A monitor to be made.
 *
 * @param name for people
 * @param layers that count for the profile by depth, first layer first ({@code fc1} for {@code fc1.weight} and {@code
 *     fc1.bias}); without it the tensors' names must number them
 * @param profile whose rules judge each snapshot by itself; {@code plumbline} where it is not said
 * @param window how many of the last snapshots are kept and looked at; 200 where it is not said
 * @param ranks how many ranks post snapshots, each with its {@code rank}; 1 where it is not said
 * @param comparedWith the id of another monitor, of the same key: the report says at which step the runs part
 * @param webhook whom to tell when a finding opens or closes, where the operator allows webhooks
 */
public record MonitorRequest(
        @Nullable String name,
        @Nullable List<String> layers,
        @Nullable Profile profile,
        @Nullable Integer window,
        @Nullable Integer ranks,
        @Nullable String comparedWith,
        @Nullable Webhook webhook) {

    private static final int WINDOW = 200;
    private static final int SHORTEST_WINDOW = 50;
    private static final int LONGEST_WINDOW = 1000;
    private static final int MOST_RANKS = 256;
    private static final int LONGEST_NAME = 255;

    public MonitorRequest {
        if (window != null && (window < SHORTEST_WINDOW || window > LONGEST_WINDOW)) {
            throw Problem.invalid(
                    "/window",
                    "a window that says something and stays small",
                    window,
                    SHORTEST_WINDOW + " to " + LONGEST_WINDOW + " snapshots");
        }
        if (ranks != null && (ranks < 1 || ranks > MOST_RANKS)) {
            throw Problem.invalid("/ranks", "not a number of ranks", ranks, "1 to " + MOST_RANKS);
        }
        if (name != null && name.length() > LONGEST_NAME) {
            throw Problem.invalid("/name", "the name is too long", name, "at most " + LONGEST_NAME + " characters");
        }
        if (layers != null && new HashSet<>(layers).size() < layers.size()) {
            throw Problem.invalid("/layers", "a layer is named twice", layers, "each layer once");
        }
    }

    Watched watched() {
        return new Watched(
                window == null ? WINDOW : window,
                layers == null ? List.of() : layers,
                profile == null ? Profile.PLUMBLINE : profile,
                ranks,
                comparedWith);
    }
}
