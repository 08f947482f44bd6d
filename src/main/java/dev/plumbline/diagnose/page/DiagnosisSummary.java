package dev.plumbline.diagnose.page;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.compute.health.LayerHealth;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.diagnose.DiagnosisReport;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A diagnosis in short.
 *
 * @param rules that found something, each once
 * @param worstLayer the first that a finding names; null where none names a layer
 */
record DiagnosisSummary(
        String id,
        Verdict verdict,
        String summary,
        @Nullable String label,
        List<Symptom> rules,
        @Nullable String worstLayer) {

    static DiagnosisSummary of(DiagnosisReport report) {
        Set<String> layers = report.layers().stream().map(LayerHealth::name).collect(Collectors.toSet());
        return new DiagnosisSummary(
                report.id(),
                report.verdict(),
                report.summary(),
                report.label(),
                report.findings().stream().map(HealthFinding::rule).distinct().toList(),
                report.findings().stream()
                        .flatMap(finding -> finding.tensors().stream())
                        .filter(layers::contains)
                        .findFirst()
                        .orElse(null));
    }
}
