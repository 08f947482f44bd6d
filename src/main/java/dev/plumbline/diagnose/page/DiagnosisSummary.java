package dev.plumbline.diagnose.page;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.diagnose.DiagnosisReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A diagnosis in short.
 *
 * @param rules that found something, each once
 * @param worstLayer of the first finding; null where none was found, or it names no layer
 */
record DiagnosisSummary(
        String id,
        Verdict verdict,
        String summary,
        @Nullable String label,
        List<Symptom> rules,
        @Nullable String worstLayer) {

    static DiagnosisSummary of(DiagnosisReport report) {
        return new DiagnosisSummary(
                report.id(),
                report.verdict(),
                report.summary(),
                report.label(),
                report.findings().stream().map(HealthFinding::rule).distinct().toList(),
                report.findings().stream()
                        .flatMap(finding -> finding.tensors().stream())
                        .findFirst()
                        .orElse(null));
    }
}
