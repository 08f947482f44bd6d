package dev.plumbline.optimize.page;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.optimize.training.TrainingRunReport;
import org.jspecify.annotations.Nullable;

/**
 * A training run in short.
 *
 * @param verdict on the health of its gradient
 * @param health one plain sentence for each rule that found something
 */
record TrainingRunSummary(
        String id,
        Verdict verdict,
        String summary,
        @Nullable String label,
        String health,
        long steps) {

    static TrainingRunSummary of(TrainingRunReport report) {
        return new TrainingRunSummary(
                report.id(),
                report.health().verdict(),
                report.summary(),
                report.label(),
                report.health().summary(),
                report.steps());
    }
}
