package dev.plumbline.compare;

import dev.plumbline.compute.comparison.Relation;
import dev.plumbline.compute.judgement.Verdict;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A comparison in short.
 *
 * @param worst the tensor that the report has first; null where none differs
 */
record ComparisonSummary(
        String id,
        Verdict verdict,
        String summary,
        @Nullable String label,
        Map<Relation, Long> relations,
        ComparisonReport.@Nullable ComparedTensor worst) {

    static ComparisonSummary of(ComparisonReport report) {
        return new ComparisonSummary(
                report.id(),
                report.verdict(),
                report.summary(),
                report.label(),
                report.relations(),
                report.tensors().stream()
                        .filter(tensor -> tensor.relation() == Relation.DIFFERENT)
                        .findFirst()
                        .orElse(null));
    }
}
