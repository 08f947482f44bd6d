package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.course.RunFinding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor says in short.
 *
 * @param step of the last snapshot; null before the first
 * @param rules whose findings last, each once
 */
record MonitorVerdict(
        String id,
        @Nullable String name,
        Verdict verdict,
        String summary,
        @Nullable Long step,
        List<Symptom> rules) {

    static MonitorVerdict of(MonitorReport report) {
        return new MonitorVerdict(
                report.id(),
                report.name(),
                report.verdict(),
                report.summary(),
                report.step(),
                report.findings().stream()
                        .filter(RunFinding::open)
                        .map(RunFinding::rule)
                        .distinct()
                        .toList());
    }
}
