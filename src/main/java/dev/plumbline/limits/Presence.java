package dev.plumbline.limits;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the caller of a request is still there. Who takes requests in begins it on the thread that works for one, and
 * whoever works asks between two pieces of work, mostly by a {@link Deadline}; so nothing is computed that nobody would read.
 */
public final class Presence {

    private static final ThreadLocal<@Nullable Presence> CURRENT = new ThreadLocal<>();

    /** Whoever has filled some of the heap waits no longer for more of it, as another may wait for that. */
    private static final Duration SHORT = Duration.ofSeconds(2);

    private final Runnable aside;
    private final Duration patience;

    private final AtomicInteger megabytes = new AtomicInteger(); // of the heap

    private volatile int filled; // of those: there is something in them already
    private boolean estimates; // asked by the thread that works for it
    private volatile boolean gone;

    public Presence() {
        this(() -> {}, Duration.ZERO);
    }

    /**
     * @param aside gives the place among those that compute to somebody else
     * @param patience for memory that others use at the moment
     */
    public Presence(Runnable aside, Duration patience) {
        this.aside = aside;
        this.patience = patience;
    }

    /** The caller has hung up. */
    public static final class CallerGone extends RuntimeException {
        CallerGone() {
            super("the caller has hung up", null, false, false);
        }
    }

    /** That of the request which this thread works for; of nobody who could go away where it works for none. */
    public static Presence current() {
        Presence presence = CURRENT.get();
        return presence == null ? new Presence() : presence;
    }

    /** This thread works for this caller from now on. */
    public void begin() {
        CURRENT.set(this);
    }

    /** This thread works for nobody any more, and needs no memory. */
    public static void end() {
        Presence presence = CURRENT.get();
        CURRENT.remove();
        if (presence != null) {
            presence.free();
        }
    }

    /** Takes so much of the heap, with what was taken before, until the work is done; waits where others have it. */
    static void reserve(double bytes) {
        Presence presence = CURRENT.get();
        int wanted = HeapRoom.megabytes(bytes);
        if (presence != null && !presence.estimates && wanted > presence.megabytes.get()) {
            int filled = presence.filled;
            int held = presence.megabytes.getAndSet(filled);
            Duration patience = filled > 0 && presence.patience.compareTo(SHORT) > 0 ? SHORT : presence.patience;
            HeapRoom.SHARED.exchange(held - filled, wanted - filled, patience, presence::check);
            presence.megabytes.addAndGet(wanted - filled);
        }
    }

    /** The same for what is there from now on, which cannot be given back while more is waited for. */
    static void fill(double bytes) {
        reserve(bytes);
        Presence presence = CURRENT.get();
        if (presence != null && !presence.estimates) {
            presence.filled = Math.max(presence.filled, HeapRoom.megabytes(bytes));
        }
    }

    /** Gives back what was taken of the heap beyond this. */
    static void settle(double bytes) {
        Presence presence = CURRENT.get();
        if (presence != null && !presence.estimates) {
            int kept = Math.max(presence.filled, HeapRoom.megabytes(bytes));
            int held = presence.megabytes.getAndUpdate(some -> Math.min(some, kept));
            HeapRoom.SHARED.release(Math.max(0, held - kept));
        }
    }

    /** What is refused for its size is refused here too, but no memory is taken, and so none waited for. */
    public static <T> T estimating(Supplier<T> estimate) {
        Presence presence = current();
        presence.estimates = true;
        try {
            return estimate.get();
        } finally {
            presence.estimates = false;
        }
    }

    /** The work is done: what it needed of the heap is others'. */
    public void free() {
        filled = 0;
        HeapRoom.SHARED.release(megabytes.getAndSet(0));
    }

    /** From now on this thread only waits. */
    public void stepAside() {
        aside.run();
    }

    public void leave() {
        gone = true;
    }

    public boolean isGone() {
        return gone;
    }

    /** Throws where nobody waits for the answer any more. */
    public void check() {
        if (gone) {
            throw new CallerGone();
        }
    }
}
