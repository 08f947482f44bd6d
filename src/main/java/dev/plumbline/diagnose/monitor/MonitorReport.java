package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.DepthProfile;
import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.NotEvaluated;
import dev.plumbline.compute.health.TensorNorms;
import dev.plumbline.compute.health.course.Pattern;
import dev.plumbline.compute.health.course.RunComparison;
import dev.plumbline.compute.health.course.RunFinding;
import dev.plumbline.compute.health.course.Running;
import dev.plumbline.compute.health.course.Skipped;
import dev.plumbline.compute.health.course.Snapshot;
import dev.plumbline.compute.health.course.Trend;
import dev.plumbline.compute.health.course.Watch;
import dev.plumbline.compute.health.course.Watched;
import dev.plumbline.compute.health.course.WindowCourse;
import dev.plumbline.report.figure.Numbers;
import dev.plumbline.webhook.Told;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A monitor: what it watches, and what it has found.
 *
 * @param snapshots how many came
 * @param step of the last one; null before the first
 * @param verdict the worst of the findings that last
 * @param loss over the whole run; null where none came
 * @param skipped steps that a loss scaler left out; null where there are none
 * @param depth the norms by layer at the last snapshot
 * @param findings the last ones, newest first
 * @param found how many there were; the oldest are dropped beyond 200
 * @param comparison with the run of {@code watched.comparedWith}; null where there is none, or too little to compare
 * @param webhook who is told; null where nobody is
 * @param notEvaluated the rules that could not be judged at the last snapshot, and why
 * @param expiresAt unless a snapshot comes before
 */
public record MonitorReport(
        String id,
        @Nullable String name,
        Watched watched,
        long snapshots,
        @Nullable Long step,
        Verdict verdict,
        String summary,
        @Nullable Running loss,
        Map<String, TensorCourse> tensors,
        @Nullable Skipped skipped,
        @Nullable DepthProfile depth,
        List<RunFinding> findings,
        long found,
        @Nullable RunComparison comparison,
        @Nullable Told webhook,
        List<NotEvaluated> notEvaluated,
        Instant createdAt,
        Instant expiresAt) {

    /**
     * One tensor.
     *
     * @param gradientNorm over the whole run
     * @param trend over the window; null while that has too few norms above 0
     * @param updateRatio {@code ||update|| / ||parameter||} at the last snapshot; null where it does not say
     * @param zeroShare at the last snapshot; null where it does not say
     */
    public record TensorCourse(
            Running gradientNorm,
            @Nullable Trend trend,
            @Nullable Double updateRatio,
            @Nullable Double zeroShare) {}

    static MonitorReport of(
            Monitor monitor,
            WindowCourse course,
            List<RunFinding> findings,
            @Nullable RunComparison comparison,
            @Nullable Told webhook) {
        boolean begun = !course.window().isEmpty();
        return new MonitorReport(
                monitor.id(),
                monitor.name(),
                monitor.watched(),
                monitor.state().snapshots(),
                begun ? (Long) monitor.state().step() : null,
                monitor.verdict(),
                summary(course, findings) + (comparison == null ? "" : " " + comparison.summary()),
                monitor.state().loss().values() == 0 ? null : monitor.state().loss(),
                begun ? tensors(course) : Map.of(),
                begun ? Skipped.of(course) : null,
                begun ? course.condition().gradients() : null,
                findings,
                monitor.state().findings(),
                comparison,
                webhook,
                begun ? Watch.notEvaluated(course) : List.of(),
                monitor.createdAt(),
                monitor.expiresAt());
    }

    private static Map<String, TensorCourse> tensors(WindowCourse course) {
        Map<String, TensorCourse> tensors = new LinkedHashMap<>();
        Snapshot last = course.window().get(course.window().size() - 1);
        course.state().tensors().forEach((name, running) -> {
            TensorNorms norms = last.tensors().get(name);
            tensors.put(
                    name,
                    new TensorCourse(
                            running,
                            Trend.of(course, name),
                            norms == null ? null : norms.updateRatio(),
                            norms == null ? null : norms.zeroShare()));
        });
        return tensors;
    }

    private static String summary(WindowCourse course, List<RunFinding> findings) {
        if (course.window().isEmpty()) {
            return "No snapshot has come yet.";
        }
        Skipped skipped = Skipped.of(course);
        boolean told = findings.stream().anyMatch(finding -> finding.open() && finding.symptom() == Pattern.SKIPS);
        String ending = skipped == null || told ? "" : " " + skipped.words();
        List<String> causes = findings.stream()
                .filter(RunFinding::open)
                .map(RunFinding::cause)
                .toList();
        String words = causes.isEmpty()
                ? "Nothing unhealthy at step %d, in %s, by the rules that could be judged."
                        .formatted(
                                course.state().step(),
                                Numbers.count(course.state().tensors().size(), "tensor", "tensors"))
                : String.join(" ", causes);
        return words + ending;
    }
}
