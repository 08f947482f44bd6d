package dev.plumbline.compute.health;

import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
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
        double mean = Arrays.stream(values.values()).average().orElse(0);
        double variance = Arrays.stream(values.values())
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElse(0);
        boolean[] alive = alive(values, unitAxis);
        int dead = 0;
        for (boolean unit : alive) {
            dead += unit ? 0 : 1;
        }
        double[] shares = derivative == null ? null : saturated(function, values, derivative);
        return new ActivationStatistics(
                function,
                mean,
                Math.sqrt(variance),
                share(values, value -> value == 0),
                unitAxis > 0 ? values.shape().extent(0) : 1,
                alive.length,
                dead / (double) Math.max(alive.length, 1),
                shares == null ? null : (Double) shares[0],
                shares == null ? null : floor(function),
                derivative == null
                        ? null
                        : (Double) TensorStatistics.of(derivative).meanAbsolute(),
                derivative == null ? null : (Double) (derivative.norm() / Math.sqrt(Math.max(derivative.size(), 1))),
                shares == null ? null : (Double) shares[1]);
    }

    /** The shares below the floor and beyond the fixed inputs; null where the function does not saturate. */
    private static double @Nullable [] saturated(String function, Tensor values, Tensor derivative) {
        Double floor = floor(function);
        if (floor == null) {
            return null;
        }
        double least = floor;
        return new double[] {
            share(derivative, slope -> Math.abs(slope) < least), share(values, value -> isBeyond(function, value))
        };
    }

    private static @Nullable Double floor(String function) {
        return switch (function) {
            case "tanh" -> 0.01;
            case "sigmoid" -> 0.0025;
            default -> null;
        };
    }

    private static boolean isBeyond(String function, double value) {
        return function.equals("tanh")
                ? Math.abs(value) > Math.tanh(9.4999)
                : value < 1 / (1 + Math.exp(23)) || value > 1 / (1 + Math.exp(-16.99999));
    }

    private interface Test {
        boolean holds(double value);
    }

    private static double share(Tensor tensor, Test test) {
        long count = 0;
        for (double value : tensor.values()) {
            count += test.holds(value) ? 1 : 0;
        }
        return count / (double) Math.max(tensor.size(), 1);
    }

    private static boolean[] alive(Tensor values, int unitAxis) {
        int units = values.shape().rank() == 0 ? 1 : values.shape().extent(unitAxis);
        int stride = values.shape().rank() == 0 ? 1 : values.shape().strides()[unitAxis];
        boolean[] alive = new boolean[units];
        for (int i = 0; i < values.size(); i++) {
            if (values.at(i) != 0) {
                alive[i / stride % units] = true;
            }
        }
        return alive;
    }
}
