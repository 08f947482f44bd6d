package dev.plumbline.limits;

import org.jspecify.annotations.Nullable;

/**
 * Whether the caller of a request is still there. Who takes requests in begins it on the thread that works for one, and
 * whoever works asks between two pieces of work, mostly by a {@link Deadline}; so nothing is computed that nobody would read.
 */
public final class Presence {

    private static final ThreadLocal<@Nullable Presence> CURRENT = new ThreadLocal<>();

    private final Runnable aside;

    private volatile boolean gone;

    public Presence() {
        this(() -> {});
    }

    /** @param aside gives the place among those that compute to somebody else */
    public Presence(Runnable aside) {
        this.aside = aside;
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

    /** This thread works for nobody any more. */
    public static void end() {
        CURRENT.remove();
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
