package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The convolution in double-double: for each sample and group the weights times the patches under the kernel, (channels
 * kernelHeight kernelWidth, positions).
 */
record ExtendedConvolution(Convolution op) implements ExtendedRule {

    private static final int PADDING = -1;

    /** One sample's channels of one group: where its patches' elements are in x, its weights in w and its results in y. */
    private record Block(int[] patches, int filters, int weights, int results) {

        int rows(int positions) {
            return patches.length / positions;
        }
    }

    private interface EachBlock {
        void at(Block block);
    }

    private void forEach(Choices choices, EachBlock each) {
        Shape x = choices.inputs().get(0).shape();
        Shape w = choices.inputs().get(1).shape();
        Shape y = choices.output().shape();
        int filters = w.extent(0) / op.groups();
        int positions = y.extent(2) * y.extent(3);
        int weights = w.size() / op.groups();
        for (int sample = 0; positions > 0 && sample < x.extent(0); sample++) {
            for (int group = 0; group < op.groups(); group++) {
                int block = sample * op.groups() + group;
                int first = block * (x.extent(1) / op.groups());
                int[] patches = patches(first, w.extent(1), x, y);
                each.at(new Block(patches, filters, group * weights, block * filters * positions));
            }
        }
    }

    /** For each row (channel, kernel row, kernel column) and each position of the result the element of x, or padding. */
    private int[] patches(int firstPlane, int channels, Shape x, Shape y) {
        Window window = op.window();
        int height = x.extent(2);
        int width = x.extent(3);
        int area = window.kernel().get(0) * window.kernel().get(1);
        int[] patches = new int[channels * area * y.extent(2) * y.extent(3)];
        Arrays.fill(patches, PADDING);
        int at = 0;
        for (int row = 0; row < channels * area; row++) {
            int plane = firstPlane + row / area;
            int down = row % area / window.kernel().get(1) * window.dilations().get(0);
            int right = row % window.kernel().get(1) * window.dilations().get(1);
            for (int oy = 0; oy < y.extent(2); oy++) {
                for (int ox = 0; ox < y.extent(3); ox++, at++) {
                    int i = window.top(oy) + down;
                    int j = window.left(ox) + right;
                    if (i >= 0 && i < height && j >= 0 && j < width) {
                        patches[at] = (plane * height + i) * width + j;
                    }
                }
            }
        }
        return patches;
    }

    private static DoubleDoubles gathered(DoubleDoubles x, int[] patches) {
        return DoubleDoubles.of(patches.length, i -> patches[i] == PADDING ? DoubleDouble.ZERO : x.at(patches[i]));
    }

    @Override
    public DoubleDoubles value(Choices choices, List<DoubleDoubles> inputs) {
        DoubleDoubles y = DoubleDoubles.zeros(choices.output().size());
        int positions = positions(choices);
        forEach(choices, block -> {
            int rows = block.rows(positions);
            DoubleDoubles columns = gathered(inputs.get(0), block.patches());
            DoubleDoubleMatrix.of(inputs.get(1), block.weights(), block.filters(), rows)
                    .times(DoubleDoubleMatrix.of(columns, 0, rows, positions))
                    .addTo(DoubleDoubleMatrix.of(y, block.results(), block.filters(), positions));
        });
        return y;
    }

    /** dW = dY columns', dX = scatter(W' dY). */
    @Override
    public void pullBack(
            Choices choices, List<DoubleDoubles> inputs, DoubleDoubles cotangent, @Nullable DoubleDoubles[] into) {
        DoubleDoubles dx = into[0];
        DoubleDoubles dw = into[1];
        int positions = positions(choices);
        forEach(choices, block -> {
            int rows = block.rows(positions);
            DoubleDoubleMatrix dy = DoubleDoubleMatrix.of(cotangent, block.results(), block.filters(), positions);
            if (dw != null) {
                DoubleDoubles columns = gathered(inputs.get(0), block.patches());
                dy.pulledBackBy(DoubleDoubleMatrix.of(columns, 0, rows, positions)
                                .transposed())
                        .addTo(DoubleDoubleMatrix.of(dw, block.weights(), block.filters(), rows));
            }
            if (dx != null) {
                DoubleDoubles columns = DoubleDoubles.zeros(rows * positions);
                dy.transposed()
                        .pulledBackBy(DoubleDoubleMatrix.of(inputs.get(1), block.weights(), block.filters(), rows))
                        .addTo(DoubleDoubleMatrix.of(columns, 0, rows, positions)
                                .transposed());
                scatter(columns, block.patches(), dx);
            }
        });
    }

    private static void scatter(DoubleDoubles columns, int[] patches, DoubleDoubles dx) {
        for (int i = 0; i < patches.length; i++) {
            if (patches[i] != PADDING) {
                dx.add(patches[i], columns.at(i));
            }
        }
    }

    private static int positions(Choices choices) {
        Shape y = choices.output().shape();
        return y.extent(2) * y.extent(3);
    }
}
