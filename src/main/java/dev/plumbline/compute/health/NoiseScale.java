package dev.plumbline.compute.health;

import org.jspecify.annotations.Nullable;

/**
 * How noisy the samples' gradients g are about the true one G: {@code B = tr(cov g) / |G|^2}, the simple noise scale
 * (McCandlish et al., 2018, section 2.2). In a batch of B samples noise and signal are as large; much smaller batches give a
 * step that is mostly noise, much larger ones average what is known already.
 *
 * <p>Both parts are estimated without bias out of one batch of n samples, {@code |G|^2} as {@code (n |mean g|^2 - mean |g|^2)
 * / (n - 1)}, which may come out negative; the uncertainty is the jackknife's for {@code 1 / B}, two standard errors either
 * way. It is rough below some 16 samples.
 *
 * @param samples n
 * @param scale the estimate of B, and so the batch size that it suggests; null where the mean cannot be told from 0
 * @param least B is at least this; null where the mean is nearer to 0 than that of independent samples is, as after training
 *     on this very batch
 * @param most B is at most this; null where it may be anything
 */
public record NoiseScale(
        int samples,
        @Nullable Double scale,
        @Nullable Double least,
        @Nullable Double most) {

    static final int LEAST_SAMPLES = 4;

    /**
     * The noise scale of some samples.
     *
     * @param squares {@code |g|^2} by sample
     * @param products {@code <g, mean g>} by sample
     * @param mean {@code |mean g|^2}
     * @return null for fewer than four samples, and where they are all the same
     */
    public static @Nullable NoiseScale of(double[] squares, double[] products, double mean) {
        int n = squares.length;
        double all = 0;
        for (double square : squares) {
            all += square;
        }
        double signal = signalToNoise(n, all / n, mean);
        if (n < LEAST_SAMPLES || !Double.isFinite(signal)) {
            return null;
        }
        double[] without = new double[n];
        double average = 0;
        for (int k = 0; k < n; k++) {
            double rest = n - 1.0;
            double left = (n * (n * mean - 2 * products[k]) + squares[k]) / (rest * rest);
            without[k] = signalToNoise(n - 1, (all - squares[k]) / rest, left);
            average += without[k] / n;
        }
        double variance = 0;
        for (double one : without) {
            variance += (one - average) * (one - average) * (n - 1) / n;
        }
        double error = 2 * Math.sqrt(variance);
        return new NoiseScale(n, inverse(signal), inverse(signal + error), inverse(signal - error));
    }

    private static @Nullable Double inverse(double ratio) {
        return ratio > 0 ? (Double) (1 / ratio) : null;
    }

    /** {@code |G|^2 / tr(cov g)}. */
    private static double signalToNoise(int n, double squares, double mean) {
        double signal = (n * mean - squares) / (n - 1);
        double noise = (squares - mean) * n / (n - 1);
        return signal / noise;
    }
}
