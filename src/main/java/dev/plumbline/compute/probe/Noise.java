package dev.plumbline.compute.probe;

/**
 * The size of the jitter in the last digits of a function's values, as a standard deviation.
 *
 * <p>From nine values at equally spaced points so close together that the smooth part of the function vanishes from the
 * higher differences: {@code sigma_k^2 = gamma_k mean((Delta^k)^2)} with {@code gamma_k = (k!)^2 / (2k)!}. The first k is
 * taken where three consecutive sigma agree within a factor 4 and the differences change sign (Hamming; More and Wild,
 * <i>Estimating Computational Noise</i>, SIAM J. Sci. Comput. 33, 2011). The floor is the rounding of the value itself,
 * {@code 2^-53 |f|}, which is also the answer where no k qualifies.
 */
public record Noise(double sigma) {

    public static final int POINTS = 9;

    private static final double UNIT_ROUNDOFF = 0x1p-53;

    /** The offsets of the nine points around 0, a fraction 1e-8 of {@code scale} apart. */
    public static double[] offsets(double scale) {
        double spacing = 1e-8 * scale;
        double[] offsets = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            offsets[i] = (i - POINTS / 2) * spacing;
        }
        return offsets;
    }

    /** The noise of nine values at equally spaced points. */
    public static Noise of(double[] values) {
        double floor = 0;
        for (double value : values) {
            floor = Math.max(floor, UNIT_ROUNDOFF * Math.abs(value));
        }
        int orders = values.length - 1;
        double[] sigma = new double[orders + 1];
        boolean[] changesSign = new boolean[orders + 1];
        double[] differences = values.clone();
        double gamma = 1;
        for (int k = 1; k <= orders; k++) {
            gamma *= k / (2.0 * (2 * k - 1)); // (k!)^2 / (2k)!
            double squares = 0;
            boolean positive = false;
            boolean negative = false;
            for (int i = 0; i + k < values.length; i++) {
                differences[i] = differences[i + 1] - differences[i];
                squares += differences[i] * differences[i];
                positive |= differences[i] > 0;
                negative |= differences[i] < 0;
            }
            sigma[k] = Math.sqrt(gamma * squares / (values.length - k));
            changesSign[k] = positive && negative;
        }
        for (int k = 1; k + 2 <= orders; k++) {
            double smallest = Math.min(sigma[k], Math.min(sigma[k + 1], sigma[k + 2]));
            double largest = Math.max(sigma[k], Math.max(sigma[k + 1], sigma[k + 2]));
            if (changesSign[k] && smallest > 0 && largest <= 4 * smallest) {
                return new Noise(Math.max(sigma[k], floor));
            }
        }
        return new Noise(floor);
    }
}
