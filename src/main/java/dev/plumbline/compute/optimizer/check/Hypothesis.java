package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * A way to have made the steps: an optimizer, and how it was used.
 *
 * @param faults what is off; more than one where the first is {@link Fault#SEVERAL}, and then without it
 * @param rateFree the learning rate is to be fitted
 * @param detail what the fault's advice leaves open
 */
record Hypothesis(
        Fault fault, List<Fault> faults, Optimizer optimizer, Manner manner, boolean rateFree, String detail) {

    static Hypothesis of(Fault fault, Optimizer optimizer, String detail) {
        return new Hypothesis(fault, List.of(fault), optimizer, Manner.RIGHT, false, detail);
    }

    Hypothesis used(UnaryOperator<Manner> otherwise) {
        return new Hypothesis(fault, faults, optimizer, otherwise.apply(manner), rateFree, detail);
    }

    Hypothesis at(LongUnaryOperator otherClock) {
        return used(manner -> manner.at(otherClock));
    }

    Hypothesis scaledBy(LongToDoubleFunction factor) {
        return used(manner -> manner.scaledBy(factor));
    }

    Hypothesis forgetting() {
        return used(Manner::forgetting);
    }

    Hypothesis goingUphill() {
        return used(Manner::goingUphill);
    }

    Hypothesis with(Optimizer other) {
        return new Hypothesis(fault, faults, other, manner, rateFree, detail);
    }

    Hypothesis named(Fault otherFault, String otherDetail) {
        return new Hypothesis(otherFault, List.of(otherFault), optimizer, manner, rateFree, otherDetail);
    }

    Hypothesis named(List<Fault> several, String otherDetail) {
        return new Hypothesis(Fault.SEVERAL, several, optimizer, manner, rateFree, otherDetail);
    }

    Hypothesis atAnyRate() {
        return new Hypothesis(fault, faults, optimizer, manner, true, detail);
    }

    Hypothesis atRate(double learningRate) {
        return new Hypothesis(fault, faults, optimizer.withLearningRate(learningRate), manner, false, detail);
    }

    /** Whether its rates are fitted step by step; its detail says them. */
    boolean coursed() {
        Profile profile = manner.profile();
        return profile != null && profile.fitted();
    }

    String advice() {
        return detail.isEmpty() ? fault.advice() : fault.advice() + ": " + detail;
    }
}
