package dev.plumbline.compute.health;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Data by feature, or channel: the mean, spread and root mean square of each along one axis.
 *
 * @param axis that counts the features
 * @param moments by feature
 */
record Features(Tensor data, int axis, List<Moments> moments) {

    /** Features differ where the largest is more than so many times the median one. */
    private static final double ALIKE = 10;

    /** @param size root mean square */
    record Moments(double mean, double spread, double size) {

        static Moments of(double[] values) {
            double n = Math.max(1, values.length);
            double mean = Arrays.stream(values).sum() / n;
            double squares = Arrays.stream(values)
                    .map(value -> (value - mean) * (value - mean))
                    .sum();
            return new Moments(
                    mean, Math.sqrt(squares / n), Tensor.vector(values).norm() / Math.sqrt(n));
        }

        /** What does not vary is only shifted. */
        double normalise(double value) {
            return (value - mean) / (spread > 0 ? spread : 1);
        }
    }

    static Features of(Tensor data, int axis) {
        Shape shape = data.shape();
        int features = shape.extent(axis);
        int inner = shape.strides()[axis];
        double[][] values = new double[features][data.size() / Math.max(1, features)];
        int[] filled = new int[features];
        for (int i = 0; i < data.size(); i++) {
            int feature = i / inner % features;
            values[feature][filled[feature]++] = data.at(i);
        }
        return new Features(data, axis, Arrays.stream(values).map(Moments::of).toList());
    }

    /** The one of the largest root mean square. */
    int largest() {
        return IntStream.range(0, moments.size())
                .boxed()
                .max(Comparator.comparingDouble(feature -> moments.get(feature).size()))
                .orElse(0);
    }

    /** The lower of two medians. */
    double medianSize() {
        double[] sizes = moments.stream().mapToDouble(Moments::size).sorted().toArray();
        return sizes[(sizes.length - 1) / 2];
    }

    boolean differ() {
        return moments.size() > 1 && moments.get(largest()).size() > ALIKE * medianSize();
    }

    /** Each feature with mean 0 and spread 1. */
    Tensor normalised() {
        int inner = data.shape().strides()[axis];
        double[] values = data.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = moments.get(i / inner % moments.size()).normalise(values[i]);
        }
        return Tensor.of(data.shape(), values);
    }
}
