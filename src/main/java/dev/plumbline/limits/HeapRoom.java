package dev.plumbline.limits;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The part of Java's heap that requests may need, all of them together, by their estimates. Two of which each would fit must
 * not run out of memory together, and take a third with them.
 */
final class HeapRoom {

    /** The rest is for what is kept, for bodies and answers, and for what estimates leave out. */
    private static final double SHARE = 2.0 / 3;

    private static final int MEGABYTE = 1 << 20;

    static final HeapRoom SHARED = new HeapRoom(megabytes(bytes()));

    private final Semaphore megabytes;

    HeapRoom(int megabytes) {
        this.megabytes = new Semaphore(megabytes, true);
    }

    /** Of all together, and so at most of one. */
    static long bytes() {
        return (long) (SHARE * Runtime.getRuntime().maxMemory());
    }

    /** Rounded down: what is small is not counted. */
    static int megabytes(double bytes) {
        return (int) (bytes / MEGABYTE);
    }

    /**
     * Waits its turn where there is too little.
     *
     * @param look run once a second while it waits; ends the waiting by what it throws
     */
    void acquire(int more, Duration patience, Runnable look) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            while (!megabytes.tryAcquire(
                    more, Math.min(1_000_000_000, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                look.run();
                if (System.nanoTime() >= end) {
                    throw new ComeBackLater("The requests under way need the memory that this one would", 5);
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ComeBackLater("The service stops", 5);
        }
    }

    void release(int some) {
        megabytes.release(some);
    }
}
