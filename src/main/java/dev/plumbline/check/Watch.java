package dev.plumbline.check;

import dev.plumbline.compute.difference.Crew;
import dev.plumbline.compute.difference.Progress;
import dev.plumbline.limits.Deadline;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Watches a check from between its pieces of work: gives it up once its time is over, and tells the caller how far it is,
 * at the beginning of every phase and else not more than four times a second.
 */
final class Watch implements Progress, AutoCloseable {

    private static final long BETWEEN = 250_000_000;

    private final Deadline deadline;
    private final Consumer<GradientCheckProgress> caller;
    private final ObservedPhases phases;
    private final Crew crew;
    private final long started = System.nanoTime();
    private long told = started;

    Watch(Deadline deadline, Consumer<GradientCheckProgress> caller, ObservedPhases phases, Crew crew) {
        this.deadline = deadline;
        this.caller = caller;
        this.phases = phases;
        this.crew = crew;
    }

    @Override
    public Crew crew() {
        return crew;
    }

    /** One thread at a time gets to the caller. */
    @Override
    public synchronized void at(Phase phase, long done, long total, long evaluations) {
        phases.at(phase);
        deadline.check(() -> String.format(
                Locale.ROOT,
                "%s, %,d of %,d, with %,d evaluations in it",
                phase.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                done,
                total,
                evaluations));
        long now = System.nanoTime();
        if (done == 0 || now - told >= BETWEEN) {
            told = now;
            caller.accept(new GradientCheckProgress(phase, done, total, evaluations, (now - started) / 1e9));
        }
    }

    @Override
    public void close() {
        phases.close();
    }
}
