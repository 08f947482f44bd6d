package dev.plumbline.check;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.report.figure.Markup;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A report in the list of all.
 *
 * @param label the request's own name for it; null without one
 * @param href where the whole of it is
 */
public record GradientCheckItem(
        String id,
        String href,
        Instant createdAt,
        Verdict verdict,
        @Nullable String label,
        String summary,
        int tensors) {

    /** Characters of a summary in a list. */
    private static final int SHOWN = 400;

    static GradientCheckItem of(GradientCheckReport report, Instant now) {
        return new GradientCheckItem(
                report.id(),
                "/v1/gradient-checks/" + report.id(),
                now,
                report.verdict(),
                report.label(),
                Markup.shortened(report.summary(), SHOWN),
                report.tensors().size());
    }
}
