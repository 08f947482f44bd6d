package dev.plumbline.compute.probe;

/**
 * A numeric derivative with its error bar, and the evidence for it.
 *
 * @param value D, by Richardson's extrapolation of central differences
 * @param errorBound U: what truncation and the noise of the function may have done to D
 * @param step the h of the values below
 * @param fPlus the function at +h
 * @param fMinus the function at -h
 * @param left the slope from the left at the smallest step that noise allows
 * @param right the slope from the right there
 * @param sideBound the error bound of {@code left} and {@code right}
 * @param kink where the two sides part
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
        Kink kink) {

    /** Where the function bends, as far as the sweep could see. */
    public enum Kink {
        /** The one-sided slopes meet as the step shrinks. */
        NONE,
        /** They meet only below some step: a kink nearby, which the chosen step does not cross. */
        NEARBY,
        /** They do not meet: there is no derivative here. */
        HERE
    }

    /** No numeric derivative could be had: some value was not finite. */
    public static Slope blind() {
        double nan = Double.NaN;
        return new Slope(nan, Double.POSITIVE_INFINITY, nan, nan, nan, nan, nan, Double.POSITIVE_INFINITY, Kink.NONE);
    }

    /** A slope known in another way, without a sweep: smooth, with an error bound. */
    public static Slope smooth(double value, double errorBound) {
        double nan = Double.NaN;
        return new Slope(value, errorBound, nan, nan, nan, value, value, errorBound, Kink.NONE);
    }

    /** Whether the one-sided slopes differ by more than their bounds explain. */
    public boolean sidesDiffer() {
        return Math.abs(right - left) > 2 * sideBound;
    }

    public boolean isFinite() {
        return Double.isFinite(value) && Double.isFinite(errorBound);
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
