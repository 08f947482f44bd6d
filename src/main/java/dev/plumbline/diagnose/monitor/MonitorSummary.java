package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A monitor in the list of all.
 *
 * @param step of the last snapshot; null before the first
 */
public record MonitorSummary(
        String id,
        @Nullable String name,
        long snapshots,
        @Nullable Long step,
        Verdict verdict,
        Instant createdAt,
        Instant expiresAt) {

    static MonitorSummary of(Monitor monitor) {
        return new MonitorSummary(
                monitor.id(),
                monitor.name(),
                monitor.state().snapshots(),
                monitor.state().snapshots() == 0 ? null : (Long) monitor.state().step(),
                monitor.verdict(),
                monitor.createdAt(),
                monitor.expiresAt());
    }
}
