package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is said of one step beside its numbers.
 *
 * @param state before the step, if it is known: a step that has one need not go on from the step before
 * @param learningRate of this step; NaN where nothing is said
 * @param momentum of this step, or beta1; NaN where nothing is said
 * @param lossScale by which its gradients are too large; 1 where they are not
 * @param norms of the whole gradients, where the step holds pieces of them; null where it holds them whole
 */
public record Said(
        @Nullable OptimizerState state,
        double learningRate,
        double momentum,
        double lossScale,
        @Nullable Map<String, Double> norms) {

    public static final Said NOTHING = new Said(null, Double.NaN, 1);

    public Said(@Nullable OptimizerState state, double learningRate, double lossScale) {
        this(state, learningRate, Double.NaN, lossScale, null);
    }

    Said with(@Nullable OptimizerState other) {
        return new Said(other, learningRate, momentum, lossScale, norms);
    }

    Said of(Map<String, Double> whole) {
        return new Said(state, learningRate, momentum, lossScale, whole);
    }
}
