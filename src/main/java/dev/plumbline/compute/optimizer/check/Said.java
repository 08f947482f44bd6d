package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.OptimizerState;
import org.jspecify.annotations.Nullable;

/**
 * What is said of one step beside its numbers.
 *
 * @param state before the step, if it is known: a step that has one need not go on from the step before
 * @param learningRate of this step; NaN where nothing is said
 * @param lossScale by which its gradients are too large; 1 where they are not
 */
public record Said(@Nullable OptimizerState state, double learningRate, double lossScale) {

    public static final Said NOTHING = new Said(null, Double.NaN, 1);
}
