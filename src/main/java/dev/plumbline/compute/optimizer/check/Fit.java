package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Optimizer;
import java.util.Comparator;

/**
 * A hypothesis held against the steps.
 *
 * @param digits of the learning rate that was fitted to them; 0 if it is the claimed one
 */
record Fit(Hypothesis hypothesis, Explanation explanation, int digits) {

    /** Which of several equally good ones to believe. */
    static final Comparator<Fit> PREFERENCE = Comparator.comparing((Fit fit) -> fit.hypothesis.fault())
            .thenComparing(fit -> fit.digits > 0)
            .thenComparing(Fit::cost);

    Optimizer optimizer() {
        return requireNonNull(explanation.optimizer());
    }

    double residualUlps() {
        return explanation.residualUlps();
    }

    boolean right() {
        return hypothesis.fault() == Fault.RIGHT;
    }

    /** Whether the other has the same step under the name of a mistake, as betas that have changed places. */
    boolean isUnderAMistake(Fit other) {
        return !other.right()
                && other.optimizer().equals(optimizer())
                && other.hypothesis.manner().equals(hypothesis.manner());
    }

    private int cost() {
        boolean others = hypothesis.rateFree()
                || hypothesis.fault() == Fault.OTHER_OPTIMIZER
                || hypothesis.fault() == Fault.MOMENTUM;
        return others ? Simplicity.cost(optimizer(), digits) : 0;
    }
}
