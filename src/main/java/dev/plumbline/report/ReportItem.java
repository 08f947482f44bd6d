package dev.plumbline.report;

import dev.plumbline.report.figure.Markup;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A kept report in the list of all.
 *
 * @param href where the whole of it is
 * @param label the request's own name for it; null without one
 * @param summary its sentence, of which a long one loses its middle
 */
public record ReportItem(
        String id,
        String href,
        Instant createdAt,
        String verdict,
        @Nullable String label,
        String summary) {

    private static final int SHOWN = 400;

    public ReportItem {
        summary = Markup.shortened(summary, SHOWN);
    }
}
