package dev.plumbline.compute.health;

import java.util.List;

/**
 * Norms by depth, first layer first.
 *
 * @param firstToLast the first layer's norm over the last one's
 * @param factorPerLayer {@code exp(slope)} of the straight line through log norm against the number of layers back from
 *     the loss: below 1 the signal fades on its way back, above 1 it grows; NaN for fewer than two layers with a norm
 */
public record DepthProfile(List<String> layers, List<Double> norms, double firstToLast, double factorPerLayer) {

    static DepthProfile of(List<String> layers, List<Double> norms) {
        double ratio = norms.size() < 2 ? Double.NaN : norms.get(0) / norms.get(norms.size() - 1);
        return new DepthProfile(layers, norms, ratio, Math.exp(slope(norms)));
    }

    /** Least squares over the layers that have a finite norm above 0. */
    private static double slope(List<Double> norms) {
        double n = 0;
        double x = 0;
        double y = 0;
        double xx = 0;
        double xy = 0;
        for (int i = 0; i < norms.size(); i++) {
            double norm = norms.get(i);
            if (norm > 0 && Double.isFinite(norm)) {
                double back = norms.size() - 1 - i;
                double log = Math.log(norm);
                n++;
                x += back;
                y += log;
                xx += back * back;
                xy += back * log;
            }
        }
        double determinant = n * xx - x * x;
        return determinant > 0 ? (n * xy - x * y) / determinant : Double.NaN;
    }

    /** The factor per layer as the end of a sentence; nothing where fewer than two layers have a norm above 0. */
    String perLayer() {
        return Double.isNaN(factorPerLayer) ? "" : ", by a factor of " + Words.number(factorPerLayer) + " a layer";
    }

    int depth() {
        return norms.size();
    }
}
