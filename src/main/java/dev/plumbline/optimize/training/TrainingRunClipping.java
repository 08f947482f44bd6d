package dev.plumbline.optimize.training;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.optimize.ClippingSource;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the gradient before each step: one of the two.
 *
 * @param value every entry is cut to [-value, value]
 * @param norm all tensors together are scaled down to this norm
 */
public record TrainingRunClipping(
        @Nullable Double value, @Nullable Double norm) {

    public TrainingRunClipping {
        ClippingSource.requireEither(value, norm);
        clipping(value, norm);
    }

    Clipping clipping() {
        return clipping(value, norm);
    }

    private static Clipping clipping(@Nullable Double value, @Nullable Double norm) {
        return new Clipping(
                value == null ? Double.POSITIVE_INFINITY : value, norm == null ? Double.POSITIVE_INFINITY : norm);
    }
}
