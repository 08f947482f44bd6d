package dev.plumbline.compute.optimizer.check;

import java.util.Set;

/**
 * How a training loop drives its optimizer.
 *
 * @param repeats how often each step is taken, with the same gradient; once is right
 * @param unstepped parameters that are left as they are
 * @param lost of the state before the first step
 * @param ungrouped hyper-parameters of groups that were not used; the optimizer's own were
 */
record Driving(int repeats, Set<String> unstepped, Lost lost, Set<String> ungrouped) {

    static final Driving RIGHT = new Driving(1, Set.of(), Lost.NOTHING, Set.of());

    /** What a loop that goes on from a checkpoint has lost. */
    enum Lost {
        NOTHING,
        /** t counts from 1 again. */
        COUNT,
        MOMENTS,
        ALL;

        boolean count() {
            return this == COUNT || this == ALL;
        }

        boolean moments() {
            return this == MOMENTS || this == ALL;
        }
    }

    Driving repeating(int times) {
        return new Driving(times, unstepped, lost, ungrouped);
    }

    Driving leaving(Set<String> parameters) {
        return new Driving(repeats, parameters, lost, ungrouped);
    }

    Driving losing(Lost other) {
        return new Driving(repeats, unstepped, other, ungrouped);
    }

    Driving ungrouping(Set<String> hyperParameters) {
        return new Driving(repeats, unstepped, lost, hyperParameters);
    }
}
