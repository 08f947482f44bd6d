package dev.plumbline.compute.probe.session;

import java.util.List;

/**
 * What would have been seen in a tensor: the smallest defect s, as a standard deviation of {@code (a - grad) . d}, that all
 * directions together would have missed with probability {@code 1 - confidence} at most.
 *
 * <pre>
 *   prod_j erf(c_j / (s sqrt2)) &lt;= 1 - confidence
 * </pre>
 *
 * At 95 % this is 16 c for one direction, 3.5 c for two, 2.1 c for three.
 */
final class Sight {

    private static final int HALVINGS = 60;

    private Sight() {}

    static double smallest(List<Double> blurs, double confidence) {
        double[] finite = blurs.stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .toArray();
        if (finite.length == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double low = Math.log(Double.MIN_NORMAL);
        double high = Math.log(1e300);
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (missed(finite, Math.exp(middle)) <= 1 - confidence) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return Math.exp(high);
    }

    private static double missed(double[] blurs, double s) {
        double product = 1;
        for (double blur : blurs) {
            product *= erf(blur / (s * Math.sqrt(2)));
        }
        return product;
    }

    /** To 1.5e-7, for x of at least 0 (Abramowitz and Stegun 1964, 7.1.26). */
    static double erf(double x) {
        double t = 1 / (1 + 0.3275911 * x);
        double series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
        return 1 - series * Math.exp(-x * x);
    }
}
