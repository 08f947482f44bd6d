package dev.plumbline.compute.verification;

import java.util.List;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;

/**
 * How far the reference may be from the true gradient, by forward mode along balanced random directions: no step, so no
 * truncation.
 *
 * <p>With m directions in which tensor T is moved by {@code w_T z} ({@link BalancedDirections}) and residuals {@code r_j =
 * f'(x; d_j) - reference . d_j}, with confidence {@code 1 - beta}:
 *
 * <pre>
 *   sum_T w_T^2 ||e_T||^2  &lt;=  sum r_j^2 / chi2(m, beta)       and so  ||e_T|| &lt;= bound / w_T
 * </pre>
 *
 * since {@code r_j} is normal with that sum for its variance. It does not depend on how many parameters there are. Rounding
 * of either mode only makes the bound larger. Bad: rounding that both modes share, as cancellation in the values themselves,
 * does not show.
 *
 * @param bound on the weighted norm of the error
 * @param certifiedTo on the Euclidean norm of the whole error
 * @param directions m
 */
public record Certificate(double bound, double certifiedTo, double confidence, int directions) {

    static final double CONFIDENCE = 0.95;

    /** Nothing is certified. */
    static final Certificate NONE = new Certificate(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, CONFIDENCE, 0);

    /**
     * @param residuals one for each direction
     * @param leastWeight the least {@code w_T}
     */
    static Certificate of(List<Double> residuals, double leastWeight) {
        double squares = 0;
        for (double residual : residuals) {
            squares += residual * residual;
        }
        if (residuals.isEmpty() || !Double.isFinite(squares)) {
            return NONE;
        }
        ChiSquaredDistribution distribution = new ChiSquaredDistribution(residuals.size());
        double bound = Math.sqrt(squares / distribution.inverseCumulativeProbability(1 - CONFIDENCE));
        return new Certificate(bound, bound / leastWeight, CONFIDENCE, residuals.size());
    }

    /** On the error of one tensor. */
    double boundOf(double weight) {
        return bound / weight;
    }
}
