package dev.plumbline.report;

import dev.plumbline.problem.Problem;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Some of what a key keeps, the newest first, in short.
 *
 * @param next what to ask for {@code after} to get those behind; null at the end
 */
public record Page<T>(List<T> items, @Nullable String next) {

    /** What a page holds where nobody says how much. */
    public static final String USUAL = "20";

    private static final int MOST = 200;

    /** Refuses a page of none, or of too many. */
    public static int requireLimit(int limit) {
        if (limit < 1 || limit > MOST) {
            throw Problem.invalid("limit", "this is out of range", limit, "1 to " + MOST);
        }
        return limit;
    }

    /** An empty name, which a form sends where nothing is filled in, is none. */
    public static @Nullable String behind(@Nullable String after) {
        return after == null || after.isEmpty() ? null : after;
    }

    /** @param found one more than {@code limit}, where there are more */
    public static <T> Page<T> of(List<T> found, int limit, Function<T, String> name) {
        List<T> items = List.copyOf(found.subList(0, Math.min(limit, found.size())));
        return new Page<>(items, found.size() > limit ? name.apply(items.get(limit - 1)) : null);
    }

    /** Of {@code after}, which is not, or no longer, in the list. */
    public static Problem unknown(String after) {
        return Problem.notFound("after", "nothing of this name is in the list", after, "the next of an earlier page");
    }
}
