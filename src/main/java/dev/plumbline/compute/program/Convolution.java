package dev.plumbline.compute.program;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cross-correlation, as every framework's convolution is: input (batch, channels, height, width), weights (filters,
 * channels / groups, kernel height, kernel width), result (batch, filters, height', width'). Per sample and group it is a
 * matrix product of the weights with the patches of the input laid out as columns.
 */
public record Convolution(Window window, int groups) implements Contraction {

    private static final int FOLDED = 512; // columns of one product, of several samples
    private static final long MOST_FOLDED = 1L << 20; // numbers of their patches

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape x = inputs.get(0);
        Shape w = inputs.get(1);
        Shapes.requireRank(x, 4, "the input of a convolution");
        Shapes.requireRank(w, 4, "the weight of a convolution");
        boolean divisible = groups >= 1 && w.extent(0) >= groups && w.extent(0) % groups == 0;
        if (!divisible || x.extent(1) != (long) w.extent(1) * groups) {
            throw Problem.invalid(
                    "",
                    "the channels of input and weight do not fit",
                    "input " + x + ", weight " + w + ", groups " + groups,
                    "input channels = weight.shape[1] * groups = " + (long) w.extent(1) * groups
                            + ", and filters a multiple of groups");
        }
        if (w.extent(2) != window.kernel().get(0)
                || w.extent(3) != window.kernel().get(1)) {
            throw Problem.invalid("", "the weight has another kernel than stated", w, window.kernel());
        }
        int[] output = window.output(x.extent(2), x.extent(3));
        requirePatchesThatFit((double) w.extent(1) * w.extent(2) * w.extent(3) * output[0] * output[1]);
        return Shapes.of(x.extent(0), w.extent(0), output[0], output[1]);
    }

    /** The patches of a sample are no node's value, so nothing else counts them. */
    private static void requirePatchesThatFit(double elements) {
        if (elements > ProgramBuilder.MOST_ELEMENTS) {
            throw Problem.limit(
                    "",
                    "the patches under the kernel are too large together",
                    (long) elements + " numbers for each sample",
                    "at most " + ProgramBuilder.MOST_ELEMENTS);
        }
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape, Products products) {
        Tensor x = inputs.get(0);
        Tensor w = inputs.get(1);
        double[] y = new double[shape.size()];
        int batch = shape.extent(0);
        Patches patches = new Patches(x.shape(), shape, batch);
        double[] columns = new double[patches.rows * patches.columns];
        double[] results = patches.results();
        for (int sample = 0; sample < batch; sample += patches.folded) {
            int count = Math.min(patches.folded, batch - sample);
            for (int group = 0; group < groups; group++) {
                patches.gather(x.values(), sample, count, group, columns);
                Matrix laidOut = patches.matrix(columns, count, false);
                if (count == 1) {
                    products.add(weights(w, group, false), laidOut, y, patches.out(sample, group));
                } else {
                    Arrays.fill(results, 0);
                    products.add(weights(w, group, false), laidOut, results, 0);
                    products.done(results);
                    patches.apart(results, y, sample, count, group);
                }
            }
        }
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        if (!differs[1]) {
            return value(List.of(Copies.folded(inputs.get(0)), inputs.get(1)), Copies.folded(copies, shape));
        }
        if (differs[0] || groups > 1) {
            return Contraction.super.values(copies, inputs, differs, shape);
        }
        // The filters of all copies are the filters of one convolution: (batch, copies filters, ...).
        Shape wide = Shape.of(shape.extent(0), copies * shape.extent(1), shape.extent(2), shape.extent(3));
        double[] y = value(List.of(inputs.get(0), Copies.folded(inputs.get(1))), wide);
        Shape apart = Shape.of(shape.extent(0), copies, shape.size() / Math.max(1, shape.extent(0)));
        Shape copiesFirst = Shape.of(copies, apart.extent(0), apart.extent(2));
        return new Transpose(List.of(1, 0, 2)).value(List.of(Tensor.of(apart, y)), copiesFirst);
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Germs.bilinear(this, inputs, side);
    }

    /** dW = dY columns', dX = scatter(W' dY). */
    @Override
    public void pullBack(
            List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into, Products products) {
        Tensor x = inputs.get(0);
        Tensor w = inputs.get(1);
        double[] dx = into[0];
        double[] dw = into[1];
        int batch = output.shape().extent(0);
        Patches alone = new Patches(x.shape(), output.shape(), 1); // a weight's gradient is a sum over samples
        Patches patches = dx == null ? alone : new Patches(x.shape(), output.shape(), batch);
        double[] columns = new double[patches.rows * patches.columns];
        double[] arrived = patches.results();
        for (int group = 0; group < groups; group++) {
            int first = weights(w, group, false).offset();
            for (int sample = 0; sample < batch && dw != null; sample++) {
                alone.gather(x.values(), sample, 1, group, columns);
                products.add(alone.cotangent(cotangent, sample, group), alone.matrix(columns, 1, true), dw, first);
            }
            for (int sample = 0; sample < batch && dx != null; sample += patches.folded) {
                int count = Math.min(patches.folded, batch - sample);
                Matrix dy = alone.cotangent(cotangent, sample, group);
                if (count > 1) {
                    patches.together(cotangent, arrived, sample, count, group);
                    dy = new Matrix(arrived, 0, patches.filters, count * patches.positions, false);
                }
                Arrays.fill(columns, 0);
                products.add(weights(w, group, true), dy, columns, 0);
                patches.scatter(columns, dx, sample, count, group);
            }
        }
    }

    private Matrix weights(Tensor w, int group, boolean transposed) {
        int filters = w.shape().extent(0) / groups;
        int columns = w.size() / w.shape().extent(0); // not the stride, which is at least 1
        return new Matrix(w.values(), group * filters * columns, filters, columns, transposed);
    }

    @Override
    public double cost(List<Shape> inputs, Shape output) {
        Shape w = inputs.get(1);
        return 2.0 * output.size() * w.extent(1) * w.extent(2) * w.extent(3);
    }

    /** How many samples of a batch are laid side by side, at least one. */
    static int folded(int batch, int rows, int positions) {
        long numbers = Math.max(1, (long) rows * positions);
        long most = Math.min(FOLDED / Math.max(1, positions), MOST_FOLDED / numbers);
        return (int) Math.max(1, Math.min(batch, most));
    }

    /**
     * The patches under the kernel, one column a position of a sample: (channels kernelHeight kernelWidth, samples positions).
     * Samples of few positions are laid side by side, so that one product is not thinner than it need be.
     */
    private final class Patches {
        private final int channels;
        private final int height;
        private final int width;
        private final int outHeight;
        private final int outWidth;
        private final int filters;
        private final int rows;
        private final int positions;
        private final int folded; // samples side by side, at most
        private final int columns; // of so many

        Patches(Shape x, Shape y, int batch) {
            channels = x.extent(1) / groups;
            height = x.extent(2);
            width = x.extent(3);
            filters = y.extent(1) / groups;
            outHeight = y.extent(2);
            outWidth = y.extent(3);
            rows = channels * window.kernel().get(0) * window.kernel().get(1);
            positions = outHeight * outWidth;
            folded = folded(batch, rows, positions);
            columns = folded * positions;
        }

        /** For the results of samples side by side; empty where each is by itself. */
        double[] results() {
            return new double[folded == 1 ? 0 : filters * columns];
        }

        Matrix cotangent(double[] dy, int sample, int group) {
            return new Matrix(dy, out(sample, group), filters, positions, false);
        }

        /** From (filters, samples, positions) to (samples, filters, positions). */
        void apart(double[] results, double[] y, int sample, int count, int group) {
            for (int s = 0; s < count; s++) {
                for (int f = 0; f < filters; f++) {
                    int from = (f * count + s) * positions;
                    System.arraycopy(results, from, y, out(sample + s, group) + f * positions, positions);
                }
            }
        }

        /** And back. */
        void together(double[] y, double[] results, int sample, int count, int group) {
            for (int s = 0; s < count; s++) {
                for (int f = 0; f < filters; f++) {
                    int to = (f * count + s) * positions;
                    System.arraycopy(y, out(sample + s, group) + f * positions, results, to, positions);
                }
            }
        }

        int out(int sample, int group) {
            return (sample * groups + group) * filters * positions;
        }

        Matrix matrix(double[] columns, int count, boolean transposed) {
            return new Matrix(columns, 0, rows, count * positions, transposed);
        }

        void gather(double[] x, int sample, int count, int group, double[] columns) {
            Arrays.fill(columns, 0, rows * count * positions, 0); // padding stays so
            forEachRun(
                    (from, to, length, step) -> {
                        if (step == 1) {
                            System.arraycopy(x, from, columns, to, length);
                        } else {
                            for (int i = 0, f = from; i < length; i++, f += step) {
                                columns[to + i] = x[f];
                            }
                        }
                    },
                    sample,
                    count,
                    group);
        }

        void scatter(double[] columns, double[] dx, int sample, int count, int group) {
            forEachRun(
                    (from, to, length, step) -> {
                        for (int i = 0, f = from; i < length; i++, f += step) {
                            dx[f] += columns[to + i];
                        }
                    },
                    sample,
                    count,
                    group);
        }

        /** Every run of positions along a row of the result that reads inside the input. */
        private void forEachRun(Run run, int sample, int count, int group) {
            for (int s = 0; s < count; s++) {
                forEachRun(run, sample + s, group, s * positions, count * positions);
            }
        }

        private void forEachRun(Run run, int sample, int group, int column, int all) {
            int kernelHeight = window.kernel().get(0);
            int kernelWidth = window.kernel().get(1);
            int planes = (sample * groups + group) * channels;
            for (int c = 0, row = 0; c < channels; c++) {
                for (int i = 0; i < kernelHeight; i++) {
                    for (int j = 0; j < kernelWidth; j++, row++) {
                        forEachRunBelow(run, i, j, (planes + c) * height * width, row * all + column);
                    }
                }
            }
        }

        /** Below one element of the kernel: rows of the input that continue each other are one run. */
        private void forEachRunBelow(Run run, int i, int j, int plane, int to) {
            int down = window.strides().get(0);
            int stride = window.strides().get(1);
            int drop = i * window.dilations().get(0) - window.padding().get(0);
            int shift = j * window.dilations().get(1) - window.padding().get(1);
            int first = Math.max(0, Math.floorDiv(stride - 1 - shift, stride));
            int last = Math.min(outWidth - 1, Math.floorDiv(width - 1 - shift, stride));
            int top = Math.max(0, Math.floorDiv(down - 1 - drop, down));
            int bottom = Math.min(outHeight - 1, Math.floorDiv(height - 1 - drop, down));
            if (first > last || top > bottom) {
                return;
            }
            if (stride == 1 && down == 1 && last - first + 1 == width && width == outWidth) {
                run.at(plane + (top + drop) * width, to + top * width, (bottom - top + 1) * width, 1);
                return;
            }
            for (int oy = top; oy <= bottom; oy++) {
                int from = plane + (oy * down + drop) * width + first * stride + shift;
                run.at(from, to + oy * outWidth + first, last - first + 1, stride);
            }
        }
    }

    private interface Run {
        void at(int from, int to, int length, int step);
    }
}
