package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What a request wants done to gradients before a step; at most one of these.
 *
 * @param value each entry is cut to [-value, value]
 * @param norm all gradients together are scaled down to this norm
 */
public record ClippingSource(
        @Nullable Double value, @Nullable Double norm) {

    public ClippingSource {
        requireEither(value, norm);
    }

    /** Refuses clipping that says neither value nor norm. */
    public static void requireEither(@Nullable Double value, @Nullable Double norm) {
        if (value == null && norm == null) {
            throw Problem.invalid("", "this does not say how to clip", "neither value nor norm", "one of them");
        }
    }

    /** The clipping of a request that may not have any; problems point from {@code /clipping} on. */
    public static Clipping clipping(@Nullable ClippingSource source) {
        if (source == null) {
            return Clipping.NONE;
        }
        try {
            return new Clipping(orNone(source.value()), orNone(source.norm()));
        } catch (Problem problem) {
            throw problem.within("/clipping");
        }
    }

    private static double orNone(@Nullable Double bound) {
        return bound == null ? Double.POSITIVE_INFINITY : bound;
    }
}
