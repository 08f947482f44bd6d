package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Layer;
import dev.plumbline.tensor.Tensor;
import java.util.List;

/**
 * A layer's weights as a map from {@code fanIn} values to units.
 *
 * @param spread the standard deviation of all weights
 * @param gain {@code ||W|| / sqrt(units)}: what the norm of a random cotangent is multiplied by on its way back
 * @param equalUnits the share of units whose weights and whose gradient are another unit's: they will stay equal
 */
public record WeightStatistics(int fanIn, int fanOut, int units, double spread, double gain, double equalUnits) {

    /** Whether every weight is 0. */
    boolean areZero() {
        return gain == 0;
    }

    static WeightStatistics of(Layer.Product product, Tensor weight, Tensor gradient) {
        double n = Math.max(weight.size(), 1);
        double sum = 0;
        for (double value : weight.values()) {
            sum += value;
        }
        double mean = sum / n;
        double squares = 0;
        for (double value : weight.values()) {
            squares += (value - mean) * (value - mean);
        }
        double spread = Math.sqrt(squares / n);
        double gain = TensorStatistics.norm(List.of(weight)) / Math.sqrt(Math.max(product.units(), 1));
        double equal = equal(product, weight, gradient);
        return new WeightStatistics(product.fanIn(), product.fanOut(), product.units(), spread, gain, equal);
    }

    private static double equal(Layer.Product product, Tensor weight, Tensor gradient) {
        int units = product.units();
        int fanIn = product.fanIn();
        double scale = largest(weight);
        double gradientScale = largest(gradient);
        int unitStride = product.hasRows() ? fanIn : 1;
        int step = product.hasRows() ? 1 : units;
        int equal = 0;
        // Against the first unit only: layers filled with one number are the mistake, and all pairs would be quadratic.
        for (int unit = 1; unit < units; unit++) {
            boolean same = true;
            for (int k = 0; k < fanIn && same; k++) {
                int a = k * step;
                int b = unit * unitStride + k * step;
                same = Math.abs(weight.at(a) - weight.at(b)) <= 1e-12 * scale
                        && Math.abs(gradient.at(a) - gradient.at(b)) <= 1e-9 * gradientScale;
            }
            equal += same ? 1 : 0;
        }
        return units < 2 || equal == 0 ? 0 : (equal + 1.0) / units;
    }

    private static double largest(Tensor tensor) {
        double largest = 0;
        for (double value : tensor.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
