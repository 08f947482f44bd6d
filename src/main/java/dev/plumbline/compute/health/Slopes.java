package dev.plumbline.compute.health;

import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The derivatives of an activation, value by value, summed up. Those of relu, tanh and sigmoid follow from their values, so
 * they need not be written down.
 *
 * @param mean of {@code |f'|}
 * @param belowFloor the share below the floor that {@link #floor} states; 0 where f saturates nowhere
 */
record Slopes(double mean, double rootMeanSquare, double belowFloor) {

    /** A hundredth of the largest derivative f has; null where f saturates nowhere. */
    static @Nullable Double floor(String function) {
        return switch (function) {
            case "tanh" -> 0.01;
            case "sigmoid" -> 0.0025;
            default -> null;
        };
    }

    /** By the values {@code f(z)}: relu, tanh or sigmoid; null for any other function. */
    static @Nullable Slopes of(String function, double[] values) {
        return switch (function) {
            case "relu" -> ofRelu(values);
            case "tanh" -> ofTanh(values);
            case "sigmoid" -> ofSigmoid(values);
            default -> null;
        };
    }

    /** By the derivatives themselves. */
    static Slopes of(Tensor derivatives) {
        TensorStatistics statistics = TensorStatistics.of(derivatives);
        double n = Math.max(derivatives.size(), 1);
        return new Slopes(statistics.meanAbsolute(), statistics.norm() / Math.sqrt(n), 0);
    }

    private static Slopes ofRelu(double[] values) {
        int open = 0;
        for (double y : values) {
            open += y > 0 ? 1 : 0;
        }
        double share = open / (double) Math.max(values.length, 1);
        return new Slopes(share, Math.sqrt(share), 0);
    }

    private static Slopes ofTanh(double[] values) {
        double sum = 0;
        double squares = 0;
        int below = 0;
        for (double y : values) {
            double slope = 1 - y * y;
            sum += slope;
            squares += slope * slope;
            below += slope < 0.01 ? 1 : 0;
        }
        double n = Math.max(values.length, 1);
        return new Slopes(sum / n, Math.sqrt(squares / n), below / n);
    }

    private static Slopes ofSigmoid(double[] values) {
        double sum = 0;
        double squares = 0;
        int below = 0;
        for (double y : values) {
            double slope = y * (1 - y);
            sum += slope;
            squares += slope * slope;
            below += slope < 0.0025 ? 1 : 0;
        }
        double n = Math.max(values.length, 1);
        return new Slopes(sum / n, Math.sqrt(squares / n), below / n);
    }
}
