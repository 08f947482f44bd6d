package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Objective;

/** What judging operations by themselves has taken, in forward passes of the whole model, and what naming their rules has. */
final class AloneWork {

    /** A reverse pass, in forward passes. */
    private static final double REVERSE = 2.5;

    private final double whole;
    private double passes;
    private double seconds;

    AloneWork(Objective objective) {
        this.whole = objective.program().seconds();
    }

    void did(Alone alone) {
        passes += alone.passes() * share(alone);
    }

    void evaluated() {
        passes++;
    }

    void searched(Alone alone, Budget budget) {
        passes += REVERSE * budget.passes() * share(alone);
        seconds += budget.seconds();
    }

    private double share(Alone alone) {
        return alone.objective().program().seconds() / whole;
    }

    double passes() {
        return passes;
    }

    /** Of searches for names only. */
    double seconds() {
        return seconds;
    }
}
