package dev.plumbline.compute.probe;

/**
 * The size of the jitter in the last digits of a function's values, as a standard deviation.
 *
 * <p>From nine values at equally spaced points so close together that the smooth part of the function vanishes from the
 * higher differences: {@code sigma_k^2 = gamma_k mean((Delta^k)^2)} with {@code gamma_k = (k!)^2 / (2k)!}. The first k is
 * taken where three consecutive sigma agree within a factor 4 and the differences change sign (Hamming; More and Wild,
 * <i>Estimating Computational Noise</i>, SIAM J. Sci. Comput. 33, 2011).
 *
 * <p>One spacing is not enough: at a wide one a fast oscillation looks like noise, at a narrow one the values lie on the
 * same stair. {@link #measured} takes the smaller of two, and never less than the rounding of the value itself, {@code
 * 2^-53 |f|}, or than what random rounding of all intermediate values does to it, if the caller knows that: on a plateau such as
 * {@code log(1 - sigmoid(24))} the last is the largest by a factor of a thousand. Bad where the noise is not stationary, such as a jump inside
 * the stencil: it is then taken for jitter, and the caller of {@link SlopeProbe} hears that it is blind.
 */
public record Noise(double sigma) {

    public static final int POINTS = 9;

    private static final double UNIT_ROUNDOFF = 0x1p-53;
    private static final double WIDE = 0x1p-24; // of the largest step
    private static final double NARROW = 0x1p-32;
    private static final double AGREEMENT = 4;

    /** The offsets of the nine points around 0, twice: as near as 2^-24 and 2^-32 of the largest step to each other. */
    public static double[] offsets(double largestStep) {
        double[] offsets = new double[2 * POINTS];
        for (int i = 0; i < POINTS; i++) {
            offsets[i] = (i - POINTS / 2) * WIDE * largestStep;
            offsets[POINTS + i] = (i - POINTS / 2) * NARROW * largestStep;
        }
        return offsets;
    }

    /**
     * The noise of a function, from its values at {@link #offsets}.
     *
     * @param rounding the root mean square of what random rounding of intermediate values does to it; 0 where unknown
     */
    public static Noise measured(double[] values, double rounding) {
        double jitter = Math.min(jitter(values, 0), jitter(values, POINTS));
        return new Noise(Math.max(Math.max(jitter, rounding), floor(values[POINTS / 2])));
    }

    /** The same of rounding alone, with no look at other values: too small where something else jitters. */
    public static Noise ofRounding(double value, double rounding) {
        return new Noise(Math.max(rounding, floor(value)));
    }

    /** What storing a value does to it: half a unit in its last place, and at least the smallest number there is. */
    static double floor(double value) {
        return Math.max(UNIT_ROUNDOFF * Math.abs(value), Double.MIN_VALUE);
    }

    private static int exponent(double[] values, int first) {
        double largest = 0;
        for (int i = 0; i < POINTS; i++) {
            largest = Math.max(largest, Math.abs(values[first + i]));
        }
        return largest == 0 ? 0 : Math.getExponent(largest);
    }

    /** Hamming's estimate from nine values; that of the highest orders where none qualifies. */
    private static double jitter(double[] values, int first) {
        int exponent = exponent(values, first); // so that squares neither overflow nor vanish
        double[] differences = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            differences[i] = Math.scalb(values[first + i], -exponent);
        }
        double[] sigma = new double[POINTS];
        boolean[] changesSign = new boolean[POINTS];
        double gamma = 1;
        for (int k = 1; k < POINTS; k++) {
            gamma *= k / (2.0 * (2 * k - 1)); // (k!)^2 / (2k)!
            double squares = 0;
            boolean positive = false;
            boolean negative = false;
            for (int i = 0; i + k < POINTS; i++) {
                differences[i] = differences[i + 1] - differences[i];
                squares += differences[i] * differences[i];
                positive |= differences[i] > 0;
                negative |= differences[i] < 0;
            }
            sigma[k] = Math.sqrt(gamma * squares / (POINTS - k));
            changesSign[k] = positive && negative;
        }
        for (int k = 1; k + 2 < POINTS; k++) {
            double smallest = Math.min(sigma[k], Math.min(sigma[k + 1], sigma[k + 2]));
            double largest = Math.max(sigma[k], Math.max(sigma[k + 1], sigma[k + 2]));
            if (changesSign[k] && smallest > 0 && largest <= AGREEMENT * smallest) {
                return Math.scalb(sigma[k], exponent);
            }
        }
        return Math.scalb(Math.max(sigma[POINTS - 4], sigma[POINTS - 3]), exponent);
    }
}
