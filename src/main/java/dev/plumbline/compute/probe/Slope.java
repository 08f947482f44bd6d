package dev.plumbline.compute.probe;

import java.util.List;

/**
 * A numeric derivative with its error bar, and the evidence for it.
 *
 * <p>Either it has been <em>validated</em>, and then {@code |D - f'| <= U}; or it is blind, U is infinite, and it is evidence
 * for nothing and against nothing. The one-sided slopes have a bound of their own, which also holds where the function
 * bends and D is blind.
 *
 * @param value D, by Richardson's extrapolation of central differences; where blind, that of the smallest bound that could
 *     not be validated, NaN without one
 * @param errorBound U: what truncation and the noise of the function may have done to D; infinite where blind
 * @param step the h of the values below
 * @param fPlus the function at +h
 * @param fMinus the function at -h
 * @param left the slope from the left
 * @param right the slope from the right
 * @param sideBound the error bound of {@code left} and {@code right}; infinite where they did not settle
 * @param sweep what every step said, from the largest to the smallest
 */
public record Slope(
        double value,
        double errorBound,
        double step,
        double fPlus,
        double fMinus,
        double left,
        double right,
        double sideBound,
        List<Rung> sweep) {

    /**
     * One step of a sweep.
     *
     * @param value the derivative extrapolated from this step and the next
     * @param bound its error bound, if it is to be believed
     * @param validated whether it is
     */
    public record Rung(double step, double value, double bound, boolean validated) {}

    public Slope {
        sweep = List.copyOf(sweep);
    }

    /** No numeric derivative could be had: some value was not finite. */
    public static Slope blind() {
        double nan = Double.NaN;
        double infinity = Double.POSITIVE_INFINITY;
        return new Slope(nan, infinity, nan, nan, nan, nan, nan, infinity, List.of());
    }

    /** A slope known in another way, without a sweep: smooth, with an error bound. */
    public static Slope smooth(double value, double errorBound) {
        double nan = Double.NaN;
        return new Slope(value, errorBound, nan, nan, nan, value, value, errorBound, List.of());
    }

    /** Whether the error bound holds: otherwise this is evidence for nothing. */
    public boolean isValidated() {
        return Double.isFinite(value) && Double.isFinite(errorBound);
    }

    /** Whether the one-sided slopes differ by more than their bounds explain. */
    public boolean sidesDiffer() {
        return Math.abs(right - left) > 2 * sideBound;
    }

    /** Whether a defect of this size in a claimed derivative would stand out of the error bar {@code factor} times. */
    public boolean sees(double defect, double factor) {
        return Math.abs(defect) > factor * errorBound;
    }

    /** The largest of the one-sided slopes and the bound on what it may be. */
    public double highest() {
        return Math.max(left, right) + sideBound;
    }

    /** The smallest of the one-sided slopes and the bound on what it may be. */
    public double lowest() {
        return Math.min(left, right) - sideBound;
    }
}
