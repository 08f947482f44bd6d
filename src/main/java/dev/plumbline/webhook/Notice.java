package dev.plumbline.webhook;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a webhook is told.
 *
 * @param kind such as {@code finding.opened} or {@code job.done}
 * @param id of what it is about: a monitor or a job
 * @param path where to read more
 * @param finding small; null where it is not about one
 * @param step of a run; null where there is none
 */
public record Notice(
        String kind,
        String id,
        String path,
        @Nullable Map<String, Object> finding,
        @Nullable Long step,
        Instant time) {}
