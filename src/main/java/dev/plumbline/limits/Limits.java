package dev.plumbline.limits;

import dev.plumbline.problem.Problem;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import java.time.Duration;
import java.util.Locale;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What one request may ask for, configured under {@code plumbline.limits}. Each default is here and nowhere else. A
 * refusal says which limit it was, what was asked and what is allowed.
 *
 * @param bodyBytes of a request's body (64 MiB)
 * @param bulkBytes of a multipart body, which carries whole models in files, all parts together (1 GiB)
 * @param bulkRequests of a body beyond {@code bodyBytes}, taken in and answered at the same time
 * @param sessions that one key keeps at the same time
 * @param monitors that one key keeps at the same time
 * @param sessionHours after which a session that takes no step, or a monitor that gets no snapshot, is dropped (7 days)
 * @param jsonDepth of nested arrays and objects
 * @param tensors in one request
 * @param rank of one tensor
 * @param bytes of memory one request may need at once, by estimate (4 GiB, and at most two thirds of Java's heap)
 * @param requestSeconds of computing, after which a request is given up; one that would take twice as many, by estimate, is
 *     not begun
 * @param concurrency requests that compute at the same time; 0 stands for one a processor
 * @param queue requests that wait for their turn; the next one is told to come back later
 * @param queueSeconds that a request waits for its turn
 * @param modelBytes of models that one key keeps at the same time (4 GiB)
 */
@Validated
@ConfigurationProperties("plumbline.limits")
public record Limits(
        @DefaultValue("" + (64 << 20)) @Min(1024) @Max(1 << 30)
        int bodyBytes,

        @DefaultValue("" + (1L << 30)) @Min(1024) @Max(Integer.MAX_VALUE)
        long bulkBytes,

        @DefaultValue("2") @Positive int bulkRequests,
        @DefaultValue("1000") @Positive int sessions,
        @DefaultValue("200") @Positive int monitors,
        @DefaultValue("168") @Positive int sessionHours,
        @DefaultValue("100") @Min(10) @Max(500) int jsonDepth,
        @DefaultValue("10000") @Positive int tensors,
        @DefaultValue("8") @Positive @Max(32) int rank,
        @DefaultValue("" + (4L << 30)) @Positive long bytes,
        @DefaultValue("300") @Positive int requestSeconds,
        @DefaultValue("0") @PositiveOrZero int concurrency,
        @DefaultValue("64") @PositiveOrZero int queue,
        @DefaultValue("30") @PositiveOrZero int queueSeconds,
        @DefaultValue("" + (4L << 30)) @PositiveOrZero long modelBytes) {

    /** What estimates err by: more than this many times {@code requestSeconds} would certainly be given up. */
    private static final double DOUBT = 2;

    public Limits {
        bytes = Math.min(bytes, HeapRoom.bytes());
        concurrency = concurrency == 0 ? Runtime.getRuntime().availableProcessors() : concurrency;
    }

    /** The limits of a service that configures none. */
    public static Limits defaults() {
        return new Binder().bindOrCreate("plumbline.limits", Limits.class);
    }

    /** The same for work that may take so many seconds. */
    public Limits lasting(int seconds) {
        return new Limits(
                bodyBytes,
                bulkBytes,
                bulkRequests,
                sessions,
                monitors,
                sessionHours,
                jsonDepth,
                tensors,
                rank,
                bytes,
                seconds,
                concurrency,
                queue,
                queueSeconds,
                modelBytes);
    }

    /**
     * Refuses what would take too long, before it starts.
     *
     * @param estimate on the machine that estimates were measured on; see {@link Pace}
     */
    public void requireSeconds(double estimate) {
        double seconds = Pace.here(estimate);
        if (!(seconds <= mostSeconds())) {
            throw Problem.cost(
                    "",
                    "the request would take too long",
                    rounded(seconds) + " s of one core, by estimate",
                    "at most " + requestSeconds
                            + " s (plumbline.limits.request-seconds; of a job plumbline.jobs.seconds)");
        }
    }

    private double mostSeconds() {
        return Math.max(1, DOUBT * requestSeconds);
    }

    /** Refuses what would need too much memory, before any of it is allocated, and waits for what others need of it. */
    public void requireBytes(double asked) {
        requireFew(asked);
        Presence.reserve(asked);
    }

    /** The same for what is allocated now, and stays until the request is over. */
    public void fillBytes(double asked) {
        requireFew(asked);
        Presence.fill(asked);
    }

    private void requireFew(double asked) {
        if (!(asked <= bytes)) {
            throw Problem.cost(
                    "",
                    "the request would need too much memory",
                    rounded(asked) + " bytes",
                    "at most " + bytes + " bytes (plumbline.limits.bytes, and two thirds of Java's heap)");
        }
    }

    /** What was required beyond this is not needed after all: it is others'. */
    public void settleBytes(double needed) {
        Presence.settle(needed);
    }

    /** Refuses a request with more tensors, in all its parts together, than are allowed. */
    public void requireTensors(int asked) {
        if (asked > tensors) {
            throw Problem.limit(
                    "",
                    "the request has too many tensors",
                    asked + " tensors",
                    "at most " + tensors + " (plumbline.limits.tensors)");
        }
    }

    /** The time limit of a request that starts now. */
    public Deadline deadline() {
        return Deadline.in(Duration.ofSeconds(requestSeconds));
    }

    private static String rounded(double asked) {
        return String.format(Locale.ROOT, "about %.3g", asked);
    }
}
