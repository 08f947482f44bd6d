package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.Severity;
import dev.plumbline.compute.health.Symptom;
import dev.plumbline.compute.health.course.Pattern;
import dev.plumbline.compute.health.course.RunFinding;
import dev.plumbline.compute.health.course.Watch;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What came of a snapshot.
 *
 * @param monitor its id
 * @param replayed whether this snapshot had come before, and this is the answer it got then
 * @param snapshots how many came, this one among them; those of the first rank only
 * @param verdict the worst of the findings that last
 * @param findings those that arose with this step
 * @param over those that came to an end with it
 * @param lasting every finding that lasts, those among them
 */
public record SnapshotReport(
        String monitor,
        long step,
        boolean replayed,
        long snapshots,
        Verdict verdict,
        List<RunFinding> findings,
        List<RunFinding> over,
        List<Lasting> lasting) {

    /** Answers that were kept before there was {@code over} have none. */
    public SnapshotReport {
        over = Objects.requireNonNullElse(over, List.of());
    }

    /** A finding in short. */
    public record Lasting(long number, Symptom rule, Pattern symptom, List<String> tensors, long since) {

        static Lasting of(RunFinding finding) {
            return new Lasting(finding.number(), finding.rule(), finding.symptom(), finding.tensors(), finding.since());
        }
    }

    /** @param open the findings that last after it */
    static SnapshotReport of(String monitor, Watch watch, List<RunFinding> open) {
        return new SnapshotReport(
                monitor,
                watch.snapshot().step(),
                false,
                watch.state().snapshots(),
                verdict(open),
                watch.arisen(),
                watch.changed().stream().filter(finding -> !finding.open()).toList(),
                open.stream().map(Lasting::of).toList());
    }

    /** Of a rank behind the first: what it shows is judged when the first one goes on. */
    static SnapshotReport behind(Monitor monitor, long step, boolean replayed, List<RunFinding> open) {
        return new SnapshotReport(
                monitor.id(),
                step,
                replayed,
                monitor.state().snapshots(),
                verdict(open),
                List.of(),
                List.of(),
                open.stream().map(Lasting::of).toList());
    }

    static List<RunFinding> open(List<RunFinding> before, Watch watch) {
        return Stream.concat(
                        before.stream().map(finding -> watch.changed().stream()
                                .filter(changed -> changed.number() == finding.number())
                                .findFirst()
                                .orElse(finding)),
                        watch.arisen().stream())
                .filter(RunFinding::open)
                .toList();
    }

    private static Verdict verdict(List<RunFinding> open) {
        if (open.isEmpty()) {
            return Verdict.HEALTHY;
        }
        return open.stream().anyMatch(finding -> finding.severity() == Severity.UNHEALTHY)
                ? Verdict.UNHEALTHY
                : Verdict.WARNING;
    }

    SnapshotReport again() {
        return new SnapshotReport(monitor, step, true, snapshots, verdict, findings, over, lasting);
    }
}
