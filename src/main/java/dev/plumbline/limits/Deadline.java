package dev.plumbline.limits;

import dev.plumbline.problem.Problem;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * When a request is given up: once its time is up, or its caller has hung up. Long loops ask {@link #check} between two pieces of work, so nothing native is cut off
 * half-way; the lower floor takes it as a plain {@link Runnable}.
 */
public final class Deadline {

    private final long end;
    private final Duration allowed;
    private final Presence caller = Presence.current();

    private Deadline(long end, Duration allowed) {
        this.end = end;
        this.allowed = allowed;
    }

    /** For the request that this thread works for. */
    public static Deadline in(Duration allowed) {
        return new Deadline(System.nanoTime() + allowed.toNanos(), allowed);
    }

    /** Throws the caller's problem once the time is up, and {@link Presence.CallerGone} where nobody would read it. */
    public void check() {
        caller.check();
        if (isOver()) {
            throw over("");
        }
    }

    /** The same, and says how far the request had come: {@code reached} is asked only then. */
    public void check(Supplier<String> reached) {
        caller.check();
        if (isOver()) {
            throw over("; reached: " + reached.get());
        }
    }

    private boolean isOver() {
        return System.nanoTime() - end >= 0;
    }

    private Problem over(String reached) {
        return Problem.cost(
                "",
                "the request took too long and was given up",
                "more than " + allowed.toSeconds() + " s" + reached,
                "at most " + allowed.toSeconds()
                        + " s (plumbline.limits.request-seconds; of a job plumbline.jobs.seconds)");
    }
}
