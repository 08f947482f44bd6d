package dev.plumbline.check.page;

import dev.plumbline.check.GradientCheckReport;
import dev.plumbline.check.GradientCheckReport.TensorReport;
import dev.plumbline.compute.explanation.Cause;
import dev.plumbline.compute.judgement.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * A report in short.
 *
 * @param worst of all tensors; null where none was judged
 * @param explanation where a wrong gradient comes from, in words; null where nothing explains it
 */
record CheckSummary(
        String id,
        Verdict verdict,
        String summary,
        @Nullable String label,
        @Nullable WorstTensor worst,
        @Nullable String explanation) {

    /**
     * @param mistake what is wrong with it, in words; null where it is right
     */
    record WorstTensor(
            String name,
            Verdict verdict,
            double relativeError,
            @Nullable String mistake) {

        private static WorstTensor of(TensorReport tensor) {
            return new WorstTensor(
                    tensor.name(),
                    tensor.verdict(),
                    tensor.relativeError(),
                    tensor.mistake() == null ? null : tensor.mistake().words());
        }
    }

    static CheckSummary of(GradientCheckReport report) {
        Cause cause = report.explanation();
        return new CheckSummary(
                report.id(),
                report.verdict(),
                report.summary(),
                report.label(),
                WorstFirst.of(report).stream().findFirst().map(WorstTensor::of).orElse(null),
                cause == null ? null : cause.advice());
    }
}
