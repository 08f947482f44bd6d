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
     * @param derivative of f, value by value; null where f is not known
     */
    public static ActivationStatistics of(String function, Tensor values, int unitAxis, @Nullable Tensor derivative) {
        double[] y = values.values();
        double n = Math.max(y.length, 1);
        double sum = 0;
        int zeros = 0;
        for (double value : y) {
            sum += value;
            zeros += value == 0 ? 1 : 0;
        }
        double mean = sum / n;
        double squares = 0;
        for (double value : y) {
            squares += (value - mean) * (value - mean);
        }
        int units = values.shape().rank() == 0 ? 1 : values.shape().extent(unitAxis);
        Ends ends = derivative == null ? null : Ends.of(function);
        TensorStatistics slopes = derivative == null ? null : TensorStatistics.of(derivative);
        return new ActivationStatistics(
                function,
                mean,
                Math.sqrt(squares / n),
                zeros / n,
                unitAxis > 0 ? values.shape().extent(0) : 1,
                units,
                dead(values, unitAxis, units) / (double) Math.max(units, 1),
                ends == null || derivative == null ? null : (Double) ends.shareBelowFloor(derivative.values()),
                ends == null ? null : (Double) ends.floor(),
                slopes == null ? null : (Double) slopes.meanAbsolute(),
                slopes == null ? null : (Double) (slopes.norm() / Math.sqrt(n)),
                ends == null ? null : (Double) ends.shareBeyond(y));
    }

    /**
     * Where a function saturates.
     *
     * @param floor of the derivative
     * @param least the values at SageMaker's fixed inputs, {@code most} likewise
     */
    private record Ends(double floor, double least, double most) {

        private static final Ends TANH = new Ends(0.01, Math.tanh(-9.4999), Math.tanh(9.4999));
        private static final Ends SIGMOID = new Ends(0.0025, 1 / (1 + Math.exp(23)), 1 / (1 + Math.exp(-16.99999)));

        static @Nullable Ends of(String function) {
            return switch (function) {
                case "tanh" -> TANH;
                case "sigmoid" -> SIGMOID;
                default -> null;
            };
        }

        double shareBelowFloor(double[] slopes) {
            int count = 0;
            for (double slope : slopes) {
                count += Math.abs(slope) < floor ? 1 : 0;
            }
            return count / (double) Math.max(slopes.length, 1);
        }

        double shareBeyond(double[] values) {
            int count = 0;
            for (double value : values) {
                count += value < least || value > most ? 1 : 0;
            }
            return count / (double) Math.max(values.length, 1);
        }
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
