package dev.plumbline.compute.optimizer;

/**
 * What is done to gradients before a step: each entry cut to [-value, value], or all of them together scaled down to a
 * global norm. Infinity does nothing. As Keras has it, one or the other.
 *
 * <p>The factor is norm / (norm of the gradients), as in Pascanu, Mikolov and Bengio (2013) and Optax; PyTorch divides by
 * the norm plus 1e-6.
 */
public record Clipping(double value, double norm) {

    public static final Clipping NONE = new Clipping(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    public Clipping {
        Bounds.require(value > 0, "value", value, "a number above 0");
        Bounds.require(norm > 0, "norm", norm, "a number above 0");
        Bounds.require(
                value == Double.POSITIVE_INFINITY || norm == Double.POSITIVE_INFINITY,
                "norm",
                "both value and norm",
                "one of them");
    }

    public static Clipping byValue(double value) {
        return new Clipping(value, Double.POSITIVE_INFINITY);
    }

    public static Clipping byNorm(double norm) {
        return new Clipping(Double.POSITIVE_INFINITY, norm);
    }

    /** Whether the norm of the gradients must be known before the step. */
    public boolean scales() {
        return norm < Double.POSITIVE_INFINITY;
    }

    /** What gradients of that global norm are multiplied by. */
    public double factor(double gradientNorm) {
        return gradientNorm > norm ? norm / gradientNorm : 1;
    }
}
