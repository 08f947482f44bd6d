package dev.plumbline.compute.health;

import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An activation over a batch.
 *
 * @param function as {@code relu}, {@code tanh}; {@code unknown} where nobody said
 * @param spread the standard deviation of all values
 * @param samples in the batch; 1 where the first axis is the units'
 * @param deadShare the share of units that are 0 for every sample and position
 * @param saturatedShare the share of values where {@code |f'|} is below {@code floor}; null where f saturates nowhere
 * @param floor a hundredth of the largest derivative f has: 0.01 for tanh, 0.0025 for sigmoid
 * @param meanDerivative the mean of {@code |f'|}; null where f is not known, as are the two after it
 * @param rootMeanSquareDerivative what a random cotangent's norm is multiplied by on its way back through f
 * @param sagemakerSaturatedShare the share of values beyond the fixed inputs of that tool: 9.4999 for tanh, -23 and
 *     16.99999 for sigmoid
 */
public record ActivationStatistics(
        String function,
        double mean,
        double spread,
        double zeroShare,
        int samples,
        int units,
        double deadShare,
        @Nullable Double saturatedShare,
        @Nullable Double floor,
        @Nullable Double meanDerivative,
        @Nullable Double rootMeanSquareDerivative,
        @Nullable Double sagemakerSaturatedShare) {

    /**
     * @param unitAxis the axis that counts units; the first axis counts samples, all others positions
     * @param slopes the derivatives of f; null where f is not known
     */
    static ActivationStatistics of(String function, Tensor values, int unitAxis, @Nullable Slopes slopes) {
        double[] y = values.values();
        double n = Math.max(y.length, 1);
        double mean = sum(y) / n;
        int units = values.shape().rank() == 0 ? 1 : values.shape().extent(unitAxis);
        Double floor = slopes == null ? null : Slopes.floor(function);
        return new ActivationStatistics(
                function,
                mean,
                Math.sqrt(squares(y, mean) / n),
                zeros(y) / n,
                unitAxis > 0 ? values.shape().extent(0) : 1,
                units,
                dead(values, unitAxis, units) / (double) Math.max(units, 1),
                floor == null || slopes == null ? null : (Double) slopes.belowFloor(),
                floor,
                slopes == null ? null : (Double) slopes.mean(),
                slopes == null ? null : (Double) slopes.rootMeanSquare(),
                floor == null ? null : (Double) shareBeyond(function, y));
    }

    /** In two partial sums, so that additions need not wait for each other; as are the squares. */
    private static double sum(double[] values) {
        double even = 0;
        double odd = 0;
        for (int i = 0; i + 1 < values.length; i += 2) {
            even += values[i];
            odd += values[i + 1];
        }
        return even + odd + (values.length % 2 == 0 ? 0 : values[values.length - 1]);
    }

    private static double squares(double[] values, double mean) {
        double even = 0;
        double odd = 0;
        for (int i = 0; i + 1 < values.length; i += 2) {
            double a = values[i] - mean;
            double b = values[i + 1] - mean;
            even += a * a;
            odd += b * b;
        }
        double last = values.length % 2 == 0 ? 0 : values[values.length - 1] - mean;
        return even + odd + last * last;
    }

    private static int zeros(double[] values) {
        int zeros = 0;
        for (double value : values) {
            zeros += value == 0 ? 1 : 0;
        }
        return zeros;
    }

    private static double shareBeyond(String function, double[] values) {
        boolean tanh = function.equals("tanh");
        double least = tanh ? Math.tanh(-9.4999) : 1 / (1 + Math.exp(23));
        double most = tanh ? Math.tanh(9.4999) : 1 / (1 + Math.exp(-16.99999));
        int count = 0;
        for (double value : values) {
            count += value < least || value > most ? 1 : 0;
        }
        return count / (double) Math.max(values.length, 1);
    }

    /** How many units are 0 wherever they are looked at; a unit's values lie in runs of {@code inner}. */
    private static int dead(Tensor values, int unitAxis, int units) {
        int inner = values.shape().rank() == 0 ? 1 : values.shape().strides()[unitAxis];
        boolean[] alive = new boolean[units];
        int dead = units;
        double[] y = values.values();
        for (int begin = 0; begin < y.length && dead > 0; begin += units * inner) {
            for (int unit = 0; unit < units; unit++) {
                if (!alive[unit] && hasNonZero(y, begin + unit * inner, inner)) {
                    alive[unit] = true;
                    dead--;
                }
            }
        }
        return dead;
    }

    private static boolean hasNonZero(double[] values, int begin, int count) {
        for (int i = begin; i < begin + count; i++) {
            if (values[i] != 0) {
                return true;
            }
        }
        return false;
    }
}
