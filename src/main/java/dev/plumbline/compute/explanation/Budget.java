package dev.plumbline.compute.explanation;

/** How much a search may still do: time, and partial reverse passes or what costs as much. */
public final class Budget {

    /** The most passes of a search. */
    public static final int PASSES = 300;

    /** Kept back for {@link Entrances}, where nothing else has been found. */
    private static final int RESERVED = 65;

    /** The seconds of a search where nothing else is said. */
    public static final double SECONDS = 2;

    private final long end;
    private final Runnable alive;
    private int passes;
    private int most;

    private Budget(double seconds, Runnable alive) {
        this.end = System.nanoTime() + (long) (1e9 * seconds);
        this.alive = alive;
        this.most = PASSES - RESERVED;
    }

    /** @param alive asked between two pieces of work; whatever it throws gives the search up */
    public static Budget of(double seconds, Runnable alive) {
        return new Budget(seconds, alive);
    }

    /** Whether there is time and work left for some passes; they are then spent. */
    boolean spend(int count) {
        alive.run();
        boolean left = passes + count <= most && System.nanoTime() - end < 0;
        passes += left ? count : 0;
        return left;
    }

    /** From now on what was kept back for the end may be used. */
    void release() {
        most = PASSES;
    }

    int passes() {
        return passes;
    }
}
