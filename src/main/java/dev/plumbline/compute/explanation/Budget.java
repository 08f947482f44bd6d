package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Work;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * How much a search may still do: time, and partial reverse passes or what costs as much. The time is what the searching
 * thread has had of a processor, so that a search finds the same on a busy machine.
 */
public final class Budget {

    /** The most passes of a search that takes no longer than usual; in more seconds it makes as many more. */
    private static final int PASSES = 300;

    /** Kept back for {@link Entrances}, where nothing else has been found. */
    private static final int RESERVED = 65;

    /** The seconds of a search where nothing else is said. */
    public static final double SECONDS = 2;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final boolean MEASURES_THREADS =
            THREADS.isCurrentThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();

    private final long started = now();
    private final long end;
    private final Progress progress;
    private final int all;
    private double passes;
    private int most;

    /** Is told how many passes of how many have been made, often; whatever it throws gives the search up. */
    @FunctionalInterface
    public interface Progress {
        void at(int passes, int most);
    }

    private Budget(double seconds, Progress progress) {
        this.end = started + (long) (1e9 * seconds);
        this.progress = progress;
        this.all = most(seconds);
        this.most = all - RESERVED;
    }

    private static long now() {
        return MEASURES_THREADS ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
    }

    /** The most passes of a search of so many seconds. */
    public static int most(double seconds) {
        return (int) Math.max(PASSES, PASSES * seconds / SECONDS);
    }

    /** @param progress told between two pieces of work */
    public static Budget of(double seconds, Progress progress) {
        return new Budget(seconds, progress);
    }

    /** Whether there is time and work left. */
    boolean isOpen() {
        return affords(0);
    }

    /** Whether there is time, and work left for some passes. */
    boolean affords(double count) {
        progress.at((int) passes, all);
        return passes + count < most && !isLate();
    }

    /** Whether the time is up. */
    boolean isLate() {
        return now() - end >= 0;
    }

    /** A meter for one piece of work, which stops when the time is up. */
    Work work() {
        return new Work(this::isLate);
    }

    /** So much has been done, in whole reverse passes. */
    void charge(double count) {
        passes += count;
    }

    /** Whether there is time and work left for some passes; they are then spent. */
    boolean spend(double count) {
        boolean left = affords(count);
        passes += left ? count : 0;
        return left;
    }

    /** From now on what was kept back for the end may be used. */
    void release() {
        most = all;
    }

    /** What has ended the search, "time" or "passes"; null while both are left. */
    @Nullable
    String exhausted() {
        return isLate() ? "time" : passes >= most ? "passes" : null;
    }

    double passes() {
        return passes;
    }

    /** The time since it was given. */
    double seconds() {
        return (now() - started) / 1e9;
    }
}
