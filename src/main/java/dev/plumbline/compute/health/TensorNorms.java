package dev.plumbline.compute.health;

import org.jspecify.annotations.Nullable;

/**
 * What a pipeline says of one tensor at one step, instead of the tensor.
 *
 * @param gradientNorm {@code sqrt(sum g^2)}; NaN or infinite where the gradient is not finite
 * @param parameterNorm of the tensor itself
 * @param updateNorm of the step that the optimizer took
 * @param zeroShare the share of exact zeros in the gradient, 0 to 1
 */
public record TensorNorms(
        double gradientNorm,
        @Nullable Double parameterNorm,
        @Nullable Double updateNorm,
        @Nullable Double zeroShare) {

    /** {@code ||update|| / ||parameter||}; null where they are not known. */
    public @Nullable Double updateRatio() {
        return LayerHealth.over(updateNorm, parameterNorm);
    }
}
