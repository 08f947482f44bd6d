package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.compute.health.course.RunState;
import dev.plumbline.compute.health.course.Watch;
import dev.plumbline.compute.health.course.Watched;
import dev.plumbline.webhook.Webhook;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A monitor without its snapshots and findings.
 *
 * @param verdict after the last snapshot
 */
record Monitor(
        String id,
        @Nullable String name,
        Watched watched,
        RunState state,
        Verdict verdict,
        @Nullable Webhook webhook,
        Instant createdAt,
        Instant expiresAt) {

    /** The count of snapshots, which changes with everything else. */
    String etag() {
        return "\"" + state.snapshots() + "\"";
    }

    Monitor with(Watch watch, Verdict newVerdict, Instant later) {
        return new Monitor(id, name, watched, watch.state(), newVerdict, webhook, createdAt, later);
    }
}
