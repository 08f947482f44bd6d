package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import java.util.Collections;
import java.util.List;

/**
 * How an optimizer changes from one observed step to the next.
 *
 * @param rates learning rates, as multiples of the optimizer's own
 * @param momenta or beta1; NaN where the optimizer's own stays
 * @param fitted whether the rates are fitted to the steps
 */
record Profile(List<Double> rates, List<Double> momenta, boolean fitted) {

    Profile(List<Double> rates, List<Double> momenta) {
        this(rates, momenta, false);
    }

    /** The optimizer of an observed step. */
    Optimizer at(int step, Optimizer own) {
        return with(rates.get(step), momenta.get(step), own);
    }

    /** The optimizer of the first step, with all that any step keeps. */
    Optimizer first(Optimizer own) {
        double largest = momenta.stream()
                .filter(momentum -> !Double.isNaN(momentum))
                .max(Double::compare)
                .orElse(Double.NaN);
        return with(rates.get(0), largest, own);
    }

    private static Optimizer with(double rate, double momentum, Optimizer own) {
        Optimizer rated = rate == 1 ? own : own.withLearningRate(own.learningRate() * rate);
        return Double.isNaN(momentum) ? rated : rated.withMomentum(momentum);
    }

    /** Whether the momentum is not the optimizer's own. */
    boolean cycles() {
        return momenta.stream().anyMatch(momentum -> !Double.isNaN(momentum));
    }

    Profile withRates(List<Double> others) {
        return new Profile(others, momenta);
    }

    Profile fittedWith(List<Double> others) {
        return new Profile(others, momenta, true);
    }

    /** The same rates at one momentum, NaN for the optimizer's own. */
    Profile withMomentum(double momentum) {
        return new Profile(rates, Collections.nCopies(rates.size(), momentum));
    }
}
