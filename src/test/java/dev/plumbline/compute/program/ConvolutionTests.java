package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions of batches whose samples are laid side by side, some in a last product of fewer, against plain loops. */
class ConvolutionTests {

    private final Random random = new Random(9);

    @ParameterizedTest
    @CsvSource({"7, 10, 1, 1, 1", "7, 10, 1, 1, 2", "5, 14, 2, 1, 1", "3, 25, 1, 0, 1", "9, 4, 2, 1, 2", "1, 9, 1, 2, 2"
    })
    void isThePlainLoop(int batch, int extent, int stride, int padding, int groups) {
        int channels = 4;
        int filters = 6;
        List<Integer> around = List.of(padding, padding, padding, padding);
        Window window = new Window(List.of(3, 3), List.of(stride, stride), around, List.of(1, 1), false);
        Convolution convolution = new Convolution(window, groups);
        Tensor x = tensor(batch, channels, extent, extent);
        Tensor w = tensor(filters, channels / groups, 3, 3);
        Shape shape = convolution.shape(List.of(x.shape(), w.shape()));
        Tensor dy = tensor(shape.extents());

        double[] y = convolution.value(List.of(x, w), shape);
        double[][] into = {new double[x.size()], new double[w.size()]};
        convolution.pullBack(List.of(x, w), Tensor.of(shape, y), dy.values(), into);

        double[] expected = new double[y.length];
        double[] dx = new double[x.size()];
        double[] dw = new double[w.size()];
        for (int position = 0; position < y.length; position++) {
            int[] at = shape.index(position);
            int first = at[1] / (filters / groups) * (channels / groups);
            for (int k = 0; k < w.size() / filters; k++) {
                int row = at[2] * stride - padding + k / 3 % 3;
                int column = at[3] * stride - padding + k % 3;
                if (row >= 0 && row < extent && column >= 0 && column < extent) {
                    int from = ((at[0] * channels + first + k / 9) * extent + row) * extent + column;
                    int weight = at[1] * (w.size() / filters) + k;
                    expected[position] += x.at(from) * w.at(weight);
                    dx[from] += dy.at(position) * w.at(weight);
                    dw[weight] += dy.at(position) * x.at(from);
                }
            }
        }
        isClose(y, expected);
        isClose(into[0], dx);
        isClose(into[1], dw);
    }

    private static void isClose(double[] found, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(found[i] - expected[i])).isLessThanOrEqualTo(1e-12);
        }
    }

    private Tensor tensor(int... extents) {
        Shape shape = Shape.of(extents);
        return Tensor.of(shape, random.doubles(shape.size(), -1, 1).toArray());
    }
}
