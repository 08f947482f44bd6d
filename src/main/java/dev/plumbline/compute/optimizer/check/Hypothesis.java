package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import java.util.function.LongUnaryOperator;

/**
 * A way to have made the steps: an optimizer, and how it was misused.
 *
 * @param clock from the true t to the one used
 * @param forgetful moments start afresh in every step
 * @param uphill gradients have the wrong sign
 * @param rateFree the learning rate is to be fitted
 * @param detail what the fault's advice leaves open
 */
record Hypothesis(
        Fault fault,
        Optimizer optimizer,
        LongUnaryOperator clock,
        boolean forgetful,
        boolean uphill,
        boolean rateFree,
        String detail) {

    static Hypothesis of(Fault fault, Optimizer optimizer, String detail) {
        return new Hypothesis(fault, optimizer, LongUnaryOperator.identity(), false, false, false, detail);
    }

    Hypothesis at(LongUnaryOperator otherClock) {
        return new Hypothesis(fault, optimizer, otherClock, forgetful, uphill, rateFree, detail);
    }

    Hypothesis forgetting() {
        return new Hypothesis(fault, optimizer, clock, true, uphill, rateFree, detail);
    }

    Hypothesis goingUphill() {
        return new Hypothesis(fault, optimizer, clock, forgetful, true, rateFree, detail);
    }

    Hypothesis atAnyRate() {
        return new Hypothesis(fault, optimizer, clock, forgetful, uphill, true, detail);
    }

    Hypothesis with(Optimizer other) {
        return new Hypothesis(fault, other, clock, forgetful, uphill, false, detail);
    }

    String advice() {
        return detail.isEmpty() ? fault.advice() : fault.advice() + ": " + detail;
    }
}
