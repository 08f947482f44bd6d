package dev.plumbline.jobs;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How many jobs, how long and how large, configured under {@code plumbline.jobs}.
 *
 * @param workers jobs that this process runs at the same time, beside the requests that compute; 0 for one that only takes
 *     them in, while other machines on the same database run them
 * @param queue jobs of all keys together that wait or run; the next one is told to come back later
 * @param queueOfKey of one key; 0 stands for half of the queue where there are keys, else all
 * @param seconds that one job may compute, and may be estimated to (a day)
 * @param attempts that a job has, and each of its shards, ended by the death of their process or a fault of ours without
 *     anything new that was kept
 * @param bytes of one key's jobs, requests, shards and reports together (1 GiB); the oldest that have ended make room
 * @param kept of one key's jobs that have ended
 * @param days after which one that has ended is dropped
 */
@Validated
@ConfigurationProperties("plumbline.jobs")
public record JobTerms(
        @DefaultValue("1") @PositiveOrZero @Max(1000) int workers,
        @DefaultValue("100") @Positive int queue,
        @DefaultValue("0") @PositiveOrZero int queueOfKey,
        @DefaultValue("86400") @Positive @Max(2_592_000) int seconds,
        @DefaultValue("3") @Min(1) int attempts,
        @DefaultValue("" + (1L << 30)) @Positive long bytes,
        @DefaultValue("200") @Positive int kept,
        @DefaultValue("7") @Positive @Max(36_500) int days) {

    /** Everybody's name where there are no keys. */
    private static final String ANYBODY = "anybody";

    int queueOf(String owner) {
        return queueOfKey > 0 ? queueOfKey : owner.equals(ANYBODY) ? queue : Math.max(1, queue / 2);
    }

    /** When one that ends now is dropped; both in milliseconds since 1970. */
    long expiry(long now) {
        return now + Duration.ofDays(days).toMillis();
    }
}
