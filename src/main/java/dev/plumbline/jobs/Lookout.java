package dev.plumbline.jobs;

import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for jobs that other processes took in, more often than db-scheduler polls: by one count over an index, a fiftieth of
 * the time since the last job apart. Where jobs come often one waits some milliseconds; where none comes the database is asked
 * four times a second. Who is busy does not look.
 */
final class Lookout implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Lookout.class);

    /** Milliseconds between two looks. */
    private static final long SHORTEST = 10;

    private static final long LONGEST = 250;
    private static final long PART = 50;

    private final BooleanSupplier goesOn;
    private final BooleanSupplier busy;
    private final BooleanSupplier jobsWait;
    private final Runnable take;

    /**
     * @param goesOn until it says no
     * @param busy whether no worker is free
     * @param take called where a job waits and a worker is free
     */
    Lookout(BooleanSupplier goesOn, BooleanSupplier busy, BooleanSupplier jobsWait, Runnable take) {
        this.goesOn = goesOn;
        this.busy = busy;
        this.jobsWait = jobsWait;
        this.take = take;
    }

    /** Milliseconds until the next look, so long after the last job. */
    static long pause(long since) {
        return Math.max(SHORTEST, Math.min(LONGEST, since / PART));
    }

    @Override
    public void run() {
        long last = System.nanoTime();
        boolean came = false;
        while (goesOn.getAsBoolean()) {
            try {
                boolean works = busy.getAsBoolean();
                boolean comes = !works && jobsWait.getAsBoolean();
                if (works || (comes && !came)) { // one that stays cannot be taken now
                    last = System.nanoTime();
                }
                came = comes;
                if (comes) {
                    take.run();
                }
                Thread.sleep(pause((System.nanoTime() - last) / 1_000_000));
            } catch (InterruptedException stopping) {
                return;
            } catch (RuntimeException away) {
                log.debug("Whether jobs wait cannot be seen", away);
                Patience.pause(LONGEST);
            }
        }
    }
}
