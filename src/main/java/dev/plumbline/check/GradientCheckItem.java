package dev.plumbline.check;

import dev.plumbline.compute.judgement.Verdict;
import java.time.Instant;

/**
 * A report in the list of all.
 *
 * @param href where the whole of it is
 */
public record GradientCheckItem(
        String id, String href, Instant createdAt, Verdict verdict, String summary, int tensors) {

    static GradientCheckItem of(GradientCheckReport report, Instant now) {
        return new GradientCheckItem(
                report.id(),
                "/v1/gradient-checks/" + report.id(),
                now,
                report.verdict(),
                report.summary(),
                report.tensors().size());
    }
}
