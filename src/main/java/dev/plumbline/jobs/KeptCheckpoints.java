package dev.plumbline.jobs;

import dev.plumbline.jobs.JobRuns.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Checkpoints in the database, a few seconds apart, or so far that keeping them takes a twentieth of the time. A state that would
 * take more than a quarter of the bytes of a key's jobs is not kept, and the work begins anew after a crash.
 */
final class KeptCheckpoints implements Checkpoints {

    private static final Duration APART = Duration.ofSeconds(5);
    private static final int DEAR = 20;
    private static final int SHARE = 4;

    private final CheckpointStore store;
    private final Lease lease;
    private final JobTerms terms;
    private final BooleanSupplier stopping;
    private final Runnable resumed;
    private long due = System.nanoTime() + APART.toNanos();

    /** @param resumed is called where there is one to begin from */
    KeptCheckpoints(CheckpointStore store, Lease lease, JobTerms terms, BooleanSupplier stopping, Runnable resumed) {
        this.store = store;
        this.lease = lease;
        this.terms = terms;
        this.stopping = stopping;
        this.resumed = resumed;
    }

    @Override
    public Optional<byte[]> last() {
        Optional<byte[]> last = Patience.patiently(stopping, () -> store.last(lease.id()));
        last.ifPresent(state -> resumed.run());
        return last;
    }

    @Override
    public boolean isDue() {
        return System.nanoTime() - due >= 0;
    }

    @Override
    public void keep(byte[] state) {
        long before = System.nanoTime();
        if (state.length <= terms.bytes() / SHARE) {
            Patience.patiently(stopping, () -> store.keep(lease, state));
        }
        long now = System.nanoTime();
        due = now + Math.max(APART.toNanos(), DEAR * (now - before));
    }
}
