package dev.plumbline.evaluate;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.report.figure.Markup;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation in the list of all.
 *
 * @param href where the short of it is kept
 * @param verdict whether it is what was expected, PASS or FAIL; null where nothing was
 * @param label the request's own name for it; null without one
 * @param summary its sentence, of which a long one loses its middle
 */
record EvaluationItem(
        String id,
        String href,
        Instant createdAt,
        @Nullable Verdict verdict,
        @Nullable String label,
        String summary,
        @Nullable Double loss) {

    private static final int SHOWN = 400;

    static EvaluationItem of(EvaluationSummary evaluation, Instant now) {
        return new EvaluationItem(
                evaluation.id(),
                "/v1/evaluations/" + evaluation.id(),
                now,
                evaluation.verdict(),
                evaluation.label(),
                Markup.shortened(evaluation.summary(), SHOWN),
                evaluation.loss());
    }
}
