package dev.plumbline.compute.program;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cross-correlation, as every framework's convolution is: input (batch, channels, height, width), weights (filters,
 * channels / groups, kernel height, kernel width), result (batch, filters, height', width'). Per sample and group it is a
 * matrix product of the weights with the patches of the input laid out as columns.
 */
public record Convolution(Window window, int groups) implements Contraction {

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
        Patches patches = new Patches(x.shape(), shape);
        for (int sample = 0; sample < shape.extent(0); sample++) {
            for (int group = 0; group < groups; group++) {
                double[] columns = patches.gather(x.values(), sample, group);
                products.add(weights(w, group, false), patches.matrix(columns, false), y, patches.out(sample, group));
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
        Patches patches = new Patches(x.shape(), output.shape());
        int filters = w.shape().extent(0) / groups;
        for (int sample = 0; sample < output.shape().extent(0); sample++) {
            for (int group = 0; group < groups; group++) {
                Matrix dy = new Matrix(cotangent, patches.out(sample, group), filters, patches.positions, false);
                if (dw != null) {
                    double[] columns = patches.gather(x.values(), sample, group);
                    products.add(
                            dy,
                            patches.matrix(columns, true),
                            dw,
                            weights(w, group, false).offset());
                }
                if (dx != null) {
                    double[] columns = new double[patches.rows * patches.positions];
                    products.add(weights(w, group, true), dy, columns, 0);
                    patches.scatter(columns, dx, sample, group);
                }
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

    /** The patches under the kernel, one column a position: (channels kernelHeight kernelWidth, positions). */
    private final class Patches {
        private final int channels;
        private final int height;
        private final int width;
        private final int outHeight;
        private final int outWidth;
        private final int filters;
        private final int rows;
        private final int positions;

        Patches(Shape x, Shape y) {
            channels = x.extent(1) / groups;
            height = x.extent(2);
            width = x.extent(3);
            filters = y.extent(1) / groups;
            outHeight = y.extent(2);
            outWidth = y.extent(3);
            rows = channels * window.kernel().get(0) * window.kernel().get(1);
            positions = outHeight * outWidth;
        }

        int out(int sample, int group) {
            return (sample * groups + group) * filters * positions;
        }

        Matrix matrix(double[] columns, boolean transposed) {
            return new Matrix(columns, 0, rows, positions, transposed);
        }

        double[] gather(double[] x, int sample, int group) {
            double[] columns = new double[rows * positions];
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
                    group);
            return columns;
        }

        void scatter(double[] columns, double[] dx, int sample, int group) {
            forEachRun(
                    (from, to, length, step) -> {
                        for (int i = 0, f = from; i < length; i++, f += step) {
                            dx[f] += columns[to + i];
                        }
                    },
                    sample,
                    group);
        }

        /** Every run of positions along a row of the result that reads inside the input. */
        private void forEachRun(Run run, int sample, int group) {
            int kernelHeight = window.kernel().get(0);
            int kernelWidth = window.kernel().get(1);
            int stride = window.strides().get(1);
            int base = (sample * groups + group) * channels * height * width;
            int row = 0;
            for (int c = 0; c < channels; c++) {
                for (int i = 0; i < kernelHeight; i++) {
                    for (int j = 0; j < kernelWidth; j++, row++) {
                        int shift =
                                j * window.dilations().get(1) - window.padding().get(1);
                        int first = Math.max(0, Math.floorDiv(stride - 1 - shift, stride));
                        int last = Math.min(outWidth - 1, Math.floorDiv(width - 1 - shift, stride));
                        for (int oy = 0; oy < outHeight && first <= last; oy++) {
                            int y = window.top(oy) + i * window.dilations().get(0);
                            if (y >= 0 && y < height) {
                                int from = base + (c * height + y) * width + first * stride + shift;
                                run.at(from, row * positions + oy * outWidth + first, last - first + 1, stride);
                            }
                        }
                    }
                }
            }
        }
    }

    private interface Run {
        void at(int from, int to, int length, int step);
    }
}
