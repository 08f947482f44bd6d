package dev.plumbline.limits;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The part of Java's heap that requests may need, all of them together, by their estimates. Two of which each would fit must
 * not run out of memory together, and take a third with them.
 *
 * <p>First come, first served among those that fit; but nobody overtakes one that has waited for a while.
 */
final class HeapRoom {

    /** The rest is for what is kept, for bodies and answers, and for what estimates leave out. */
    private static final double SHARE = 2.0 / 3;

    private static final int MEGABYTE = 1 << 20;

    /** Less than the patience of a request, by far: what is large gets its turn when the work under way is over. */
    private static final Duration WHILE = Duration.ofSeconds(5);

    static final HeapRoom SHARED = new HeapRoom(megabytes(bytes()), WHILE);

    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Place> waiting = new ArrayDeque<>();
    private final Duration overtaken;
    private int free;

    /** @param overtaken how long one that waits is, by later ones that fit */
    HeapRoom(int megabytes, Duration overtaken) {
        this.free = megabytes;
        this.overtaken = overtaken;
    }

    /** In the queue of those that wait. */
    private record Place(int wanted, long since) {

        boolean waits(Duration atLeast) {
            return System.nanoTime() - since >= atLeast.toNanos();
        }
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
     * Waits its turn where there is too little. Who waits holds nothing but what it has filled, or two might wait for each
     * other: the rest of what it has is given back before, and is not had where this throws.
     *
     * @param held what it has, in exchange for which it gets {@code wanted}
     * @param look run once a second while it waits; ends the waiting by what it throws
     */
    void exchange(int held, int wanted, Duration patience, Runnable look) {
        lock.lock();
        try {
            free += held;
            if (held == 0 || wanted > free) {
                await(wanted, patience, look);
            }
            free -= wanted;
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    private void await(int wanted, Duration patience, Runnable look) {
        Place place = new Place(wanted, System.nanoTime());
        waiting.addLast(place);
        changed.signalAll();
        try {
            while (!isTurnOf(place)) {
                long left = patience.toNanos() - (System.nanoTime() - place.since);
                if (left <= 0) {
                    throw new ComeBackLater("The requests under way need the memory that this one would", 5);
                }
                changed.await(Math.min(1_000_000_000, left), TimeUnit.NANOSECONDS);
                look.run();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ComeBackLater("The service stops", 5);
        } finally {
            waiting.removeIf(one -> one == place);
        }
    }

    private boolean isTurnOf(Place place) {
        for (Place earlier : waiting) {
            if (earlier == place) {
                break;
            }
            if (earlier.wanted <= free || earlier.waits(overtaken)) {
                return false;
            }
        }
        return place.wanted <= free;
    }

    void release(int some) {
        lock.lock();
        try {
            free += some;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
