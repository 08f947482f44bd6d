package dev.plumbline.report;

import dev.plumbline.problem.Problem;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which of the kept reports a list shows; an empty name stands for all.
 *
 * @param verdict those with this verdict
 * @param label those with this label
 * @param since those made then or later, ISO-8601 in UTC: {@code 2026-03-01T00:00:00Z}
 * @param limit how many
 * @param after those behind the one of this id
 */
public record ReportFilter(
        @Nullable String verdict,
        @Nullable String label,
        @Nullable String since,
        int limit,
        @Nullable String after) {

    /** How long a label may be. */
    public static final int LONGEST_LABEL = 255;

    /** A label as it is kept; null for none. */
    public static @Nullable String label(@Nullable String label) {
        if (label != null && label.length() > LONGEST_LABEL) {
            throw Problem.invalid(
                    "/label", "the label is too long", label.length() + " characters", "at most " + LONGEST_LABEL);
        }
        return label == null || label.isEmpty() ? null : label;
    }

    Rows.Selection selection(String owner, String kind) {
        StringBuilder condition = new StringBuilder("kind = :kind");
        Map<String, Object> values = new HashMap<>();
        values.put("kind", kind);
        if (verdict != null && !verdict.isEmpty()) {
            condition.append(" and verdict = :verdict");
            values.put("verdict", verdict);
        }
        if (label != null && !label.isEmpty()) {
            condition.append(" and label = :label");
            values.put("label", label);
        }
        if (since != null && !since.isEmpty()) {
            condition.append(" and created_at >= :since");
            values.put("since", instant(since));
        }
        return new Rows.Selection(owner, Page.behind(after), condition.toString(), values);
    }

    private static long instant(String since) {
        try {
            return Instant.parse(since).toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException unreadable) {
            throw Problem.invalid("since", "this is no point in time", since, "one as 2026-03-01T00:00:00Z");
        }
    }
}
