package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;

/**
 * A way to have made the steps: an optimizer, and how it was misused.
 *
 * @param clock from the true t to the one used
 * @param rateFactor on the learning rate, by the true t
 * @param forgetful moments start afresh in every step
 * @param uphill gradients have the wrong sign
 * @param rateFree the learning rate is to be fitted
 * @param detail what the fault's advice leaves open
 */
record Hypothesis(
        Fault fault,
        Optimizer optimizer,
        LongUnaryOperator clock,
        LongToDoubleFunction rateFactor,
        boolean forgetful,
        boolean uphill,
        boolean rateFree,
        String detail) {

    static Hypothesis of(Fault fault, Optimizer optimizer, String detail) {
        return new Hypothesis(fault, optimizer, LongUnaryOperator.identity(), t -> 1, false, false, false, detail);
    }

    Hypothesis at(LongUnaryOperator otherClock) {
        return new Hypothesis(fault, optimizer, otherClock, rateFactor, forgetful, uphill, rateFree, detail);
    }

    Hypothesis scaledBy(LongToDoubleFunction factor) {
        return new Hypothesis(fault, optimizer, clock, factor, forgetful, uphill, rateFree, detail);
    }

    Hypothesis forgetting() {
        return new Hypothesis(fault, optimizer, clock, rateFactor, true, uphill, rateFree, detail);
    }

    Hypothesis goingUphill() {
        return new Hypothesis(fault, optimizer, clock, rateFactor, forgetful, true, rateFree, detail);
    }

    Hypothesis atAnyRate() {
        return new Hypothesis(fault, optimizer, clock, rateFactor, forgetful, uphill, true, detail);
    }

    Hypothesis atRate(double learningRate) {
        Optimizer other = optimizer.withLearningRate(learningRate);
        return new Hypothesis(fault, other, clock, rateFactor, forgetful, uphill, false, detail);
    }

    String advice() {
        return detail.isEmpty() ? fault.advice() : fault.advice() + ": " + detail;
    }
}
