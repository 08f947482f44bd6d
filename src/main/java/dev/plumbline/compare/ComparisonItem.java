package dev.plumbline.compare;

import dev.plumbline.compute.judgement.Verdict;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A comparison in the list of all.
 *
 * @param href where the whole of it is
 */
public record ComparisonItem(
        String id,
        String href,
        Instant createdAt,
        @Nullable String label,
        Verdict verdict,
        String summary,
        int tensors) {

    static ComparisonItem of(ComparisonReport report, Instant now) {
        return new ComparisonItem(
                report.id(),
                ComparisonController.PATH + "/" + report.id(),
                now,
                report.label(),
                report.verdict(),
                report.summary(),
                report.tensors().size());
    }
}
