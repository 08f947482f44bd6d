package dev.plumbline.compute.judgement;

import org.jspecify.annotations.Nullable;

/**
 * A numeric derivative along one direction, with its own error bar.
 *
 * @param value the derivative {@code D}
 * @param errorBound {@code U}: truncation and round-off together
 * @param step the step {@code h} it was taken with
 * @param fPlus the objective at {@code x + h d}
 * @param fMinus the objective at {@code x - h d}
 * @param left the one-sided slope from below
 * @param right the one-sided slope from above
 * @param oneSidedBound the error bound of either one-sided slope
 * @param kink whether the one-sided slopes stay apart as the step shrinks
 * @param kinkDistance how far away a kink was met; 0 at the point itself, infinite where there is none
 * @param blind why the difference cannot see, or null if it can
 */
public record Slope(
        double value,
        double errorBound,
        double step,
        double fPlus,
        double fMinus,
        double left,
        double right,
        double oneSidedBound,
        boolean kink,
        double kinkDistance,
        @Nullable Blindness blind) {

    /** A smooth slope that can see. */
    public static Slope smooth(double value, double errorBound) {
        return new Slope(
                value,
                errorBound,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                value,
                value,
                errorBound,
                false,
                Double.POSITIVE_INFINITY,
                null);
    }

    /** The same slope, blind for the given reason. */
    public Slope blinded(Blindness why) {
        return new Slope(value, errorBound, step, fPlus, fMinus, left, right, oneSidedBound, kink, kinkDistance, why);
    }

    boolean isFinite() {
        return Double.isFinite(value) && Double.isFinite(errorBound);
    }

    /** Whether the one-sided slopes differ at the point itself by more than their bounds. */
    boolean isKinkHere() {
        return kink && Math.abs(right - left) > 2 * oneSidedBound;
    }
}
