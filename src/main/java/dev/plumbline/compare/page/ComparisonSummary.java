package dev.plumbline.compare.page;

import dev.plumbline.compare.ComparisonReport;
import dev.plumbline.compare.ComparisonReport.ComparedTensor;
import dev.plumbline.compute.comparison.Relation;
import dev.plumbline.compute.judgement.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * A comparison in short.
 *
 * @param worst the tensor that differs most; null where none does
 */
record ComparisonSummary(
        String id,
        Verdict verdict,
        String summary,
        @Nullable String label,
        @Nullable MostDifferent worst) {

    /**
     * @param relativeDistance null where there is nothing to compare entry by entry
     * @param difference what it looks like
     */
    record MostDifferent(String name, @Nullable Double relativeDistance, String difference) {

        private static MostDifferent of(ComparedTensor tensor) {
            return new MostDifferent(tensor.name(), tensor.relativeDistance(), ComparisonDocument.words(tensor));
        }
    }

    static ComparisonSummary of(ComparisonReport report) {
        return new ComparisonSummary(
                report.id(),
                report.verdict(),
                report.summary(),
                report.label(),
                ComparisonDocument.worst(report).stream()
                        .findFirst()
                        .filter(tensor -> tensor.relation() == Relation.DIFFERENT)
                        .map(MostDifferent::of)
                        .orElse(null));
    }
}
