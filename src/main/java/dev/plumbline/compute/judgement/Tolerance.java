package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Tensor;

/** How far a claim may lie from its reference, entry by entry. */
public sealed interface Tolerance {

    /**
     * The allowance of each entry.
     *
     * @param reference the reference gradient
     * @param calibrated what rounding in the claim's datatype and the reference's own uncertainty explain; same shape
     */
    Tensor allowance(Tensor reference, Tensor calibrated);

    /** Whether the measured error bounds are the tolerance. */
    default boolean isCalibrated() {
        return this instanceof Calibrated;
    }

    /** No tolerance to tune: exactly what rounding and the reference's uncertainty explain. */
    record Calibrated() implements Tolerance {
        @Override
        public Tensor allowance(Tensor reference, Tensor calibrated) {
            return calibrated;
        }
    }

    /**
     * {@code |a - n| <= absolute + relative |n|}, as {@code torch.autograd.gradcheck} has it. The bound is relative to
     * the reference, not to the claim. Differs from {@code torch.allclose} in one point: two equal infinities do not
     * agree here, because an infinite derivative is no derivative ({@link Comparison}).
     */
    record AllClose(double absolute, double relative) implements Tolerance {

        /** The defaults of {@code torch.autograd.gradcheck}. */
        public static final AllClose TORCH = new AllClose(1e-5, 1e-3);

        public AllClose {
            if (!(absolute >= 0 && relative >= 0)) {
                throw new IllegalArgumentException("negative tolerance: " + absolute + ", " + relative);
            }
        }

        @Override
        public Tensor allowance(Tensor reference, Tensor calibrated) {
            return reference.map(n -> absolute + relative * Math.abs(n));
        }
    }
}
