package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Tensor;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;

/**
 * Bounds the error of a whole gradient from a few random directions.
 *
 * <p>For a direction {@code w} of independent standard normal weights, the residual {@code r = D - g.w} of a gradient
 * with error {@code e} is normal with variance {@code ||e||^2}. So {@code sum r_j^2 / ||e||^2} is chi-squared with m
 * degrees of freedom, and with confidence {@code 1 - beta}
 *
 * <pre>{@code ||e|| <= sqrt(sum r_j^2 / chi2(m, beta))}</pre>
 *
 * where {@code chi2(m, beta)} is the lower quantile, whatever the number of parameters. Errors of the numeric
 * derivatives only widen the bound.
 */
public final class Certificate {

    private Certificate() {}

    /**
     * The bound on {@code ||e||}; infinite without residuals or where one is not finite.
     *
     * @param residuals one for each Gaussian direction over the same parameters
     * @param confidence above 0 and below 1, such as 0.95
     */
    public static double bound(double[] residuals, double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence " + confidence);
        }
        Tensor all = Tensor.vector(residuals);
        if (residuals.length == 0 || all.firstNonFinite() >= 0) {
            return Double.POSITIVE_INFINITY;
        }
        ChiSquaredDistribution distribution = new ChiSquaredDistribution(residuals.length);
        return all.norm() / Math.sqrt(distribution.inverseCumulativeProbability(1 - confidence));
    }
}
