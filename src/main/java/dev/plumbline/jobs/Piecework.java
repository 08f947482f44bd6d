package dev.plumbline.jobs;

/**
 * Work that falls into pieces, of which each is a pure function of the job's inputs: whoever does it, when and beside what, its
 * bits are the same.
 */
public abstract class Piecework {

    /** The same for the same pieces of a job, and for no others of it. */
    protected abstract String name();

    protected abstract int count();

    /** Of one core, by estimate. */
    protected abstract double seconds(int piece);

    /** Of what a piece gives. */
    protected abstract long bytes(int piece);

    /** By a clock that only goes on. */
    protected long nanoseconds() {
        return System.nanoTime();
    }

    /** Does pieces {@code from}, ... {@code to - 1}. */
    protected abstract void work(int from, int to);

    /** What pieces gave that were done. */
    protected abstract byte[] result(int from, int to);

    /** Takes what pieces gave that were done elsewhere. */
    protected abstract void put(int from, int to, byte[] result);
}
