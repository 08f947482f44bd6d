package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** Seeded inputs, and plain access to tensors by index, for tests. */
final class Samples {

    private Samples() {}

    /** Standard normal, no number nearer than 0.05 to 0. */
    static Tensor normal(long seed, int... extents) {
        SplittableRandom random = new SplittableRandom(seed);
        return Tensor.zeros(Shape.of(extents)).map(zero -> {
            double x = gaussian(random);
            return Math.abs(x) < 0.05 ? x + Math.copySign(0.1, x) : x;
        });
    }

    private static double gaussian(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    /** Uniform in [0.5, 2). */
    static Tensor positive(long seed, int... extents) {
        SplittableRandom random = new SplittableRandom(seed);
        return Tensor.zeros(Shape.of(extents)).map(zero -> random.nextDouble(0.5, 2));
    }

    /**
     * A shuffled grid around 0 with gaps of {@code gap}, moved by {@code shift} gaps: no ties, and with shifts of 1/4 and
     * 3/4 none between two such tensors, nor one with a whole number.
     */
    static Tensor grid(long seed, double gap, double shift, int... extents) {
        Shape shape = Shape.of(extents);
        double[] values = new double[shape.size()];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < values.length; i++) {
            int other = random.nextInt(i + 1);
            values[i] = values[other];
            values[other] = (i - values.length / 2 + shift) * gap;
        }
        return Tensor.of(shape, values);
    }

    /** A tensor whose element at each index is a function of the index. */
    static double[] fill(Shape shape, ToDoubleFunction<int[]> element) {
        double[] values = new double[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = element.applyAsDouble(shape.index(i));
        }
        return values;
    }

    /** The element at an index, aligned at the last axis and repeated along extents of 1, as NumPy broadcasts. */
    static double at(Tensor tensor, int... index) {
        int position = 0;
        int missing = index.length - tensor.shape().rank();
        for (int axis = 0; axis < tensor.shape().rank(); axis++) {
            int extent = tensor.shape().extent(axis);
            position = position * extent + (extent == 1 ? 0 : index[missing + axis]);
        }
        return tensor.at(position);
    }

    /** The element of a (batch, channels, height, width) tensor, {@code outside} where there is none. */
    static double pixel(Tensor x, int sample, int channel, int row, int column, double outside) {
        boolean inside = row >= 0
                && row < x.shape().extent(2)
                && column >= 0
                && column < x.shape().extent(3);
        return inside ? at(x, sample, channel, row, column) : outside;
    }
}
