package dev.plumbline.limits;

import dev.plumbline.problem.Problem;
import java.time.Duration;

/**
 * When a request is given up. Long loops ask {@link #check} between two pieces of work, so nothing native is cut off
 * half-way; the lower floor takes it as a plain {@link Runnable}.
 */
public final class Deadline {

    private final long end;
    private final Duration allowed;

    private Deadline(long end, Duration allowed) {
        this.end = end;
        this.allowed = allowed;
    }

    public static Deadline in(Duration allowed) {
        return new Deadline(System.nanoTime() + allowed.toNanos(), allowed);
    }

    /** Throws the caller's problem once the time is up. */
    public void check() {
        if (System.nanoTime() - end >= 0) {
            throw Problem.cost(
                    "",
                    "the request took too long and was given up",
                    "more than " + allowed.toSeconds() + " s",
                    "at most " + allowed.toSeconds() + " s (plumbline.limits.request-seconds)");
        }
    }
}
