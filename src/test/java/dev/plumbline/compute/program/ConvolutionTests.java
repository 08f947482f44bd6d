package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
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

    /** Side by side they are a product of 512 columns at most, and their patches 2^20 numbers. */
    @ParameterizedTest
    @CsvSource({
        "600, 1, 1, 512",
        "600, 9, 1, 512",
        "600, 9, 100, 5",
        "3, 9, 100, 3",
        "600, 27, 600, 1",
        "600, 2048, 1, 512",
        "600, 2049, 1, 511",
        "512, 25088, 1, 41",
        "512, 5000, 49, 4",
        "512, 4260096, 1, 1",
        "512, 100000, 20000, 1",
        "0, 0, 0, 1"
    })
    void asManySamplesAreLaidSideBySideAsStaySmall(int batch, int rows, int positions, int folded) {
        assertThat(Convolution.folded(batch, rows, positions)).isEqualTo(folded);
    }

    /** Of a kernel that reads one pixel and nothing but padding else, two samples go together. */
    @Test
    void aLargeKernelSeesOneSampleAfterTheOther() {
        int around = 300;
        int extent = 2 * around + 1;
        Window window = new Window(
                List.of(extent, extent), List.of(1, 1), List.of(around, around, around, around), List.of(1, 1), false);
        Tensor x = tensor(5, 1, 1, 1);
        Tensor w = tensor(1, 1, extent, extent);
        Tensor dy = tensor(5, 1, 1, 1);
        int centre = w.size() / 2;

        double[] y = new Convolution(window, 1).value(List.of(x, w), dy.shape());
        double[][] into = {new double[5], new double[w.size()]};
        new Convolution(window, 1).pullBack(List.of(x, w), Tensor.of(dy.shape(), y), dy.values(), into);

        isClose(y, x.map(each -> each * w.at(centre)).values());
        isClose(into[0], dy.map(each -> each * w.at(centre)).values());
        double sum = 0;
        for (int sample = 0; sample < 5; sample++) {
            sum += x.at(sample) * dy.at(sample);
        }
        assertThat(Math.abs(into[1][centre] - sum)).isLessThanOrEqualTo(1e-12);
    }

    /** A first layer passes nothing on to its input, and so one sample's patches are enough. */
    @Test
    void withoutADerivativeByItsInputOneSampleIsLaidOut() {
        Convolution convolution =
                new Convolution(new Window(List.of(3, 3), List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), false), 1);
        Tensor x = tensor(128, 64, 4, 4);
        Tensor w = tensor(2, 64, 3, 3);
        Tensor dy = tensor(128, 2, 2, 2);
        double[][] into = {null, new double[w.size()]};
        convolution.pullBack(List.of(x, w), dy, dy.values(), into);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        convolution.pullBack(List.of(x, w), dy, dy.values(), into);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8L * 576 * 512 / 2);
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
