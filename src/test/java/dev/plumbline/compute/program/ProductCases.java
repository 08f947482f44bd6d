package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.Samples.at;
import static dev.plumbline.compute.program.Samples.normal;
import static dev.plumbline.compute.program.Samples.pixel;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Rows for matrix products and convolutions. */
final class ProductCases {

    private ProductCases() {}

    static Stream<OperationCase> all() {
        return Stream.concat(products(), convolutions());
    }

    // ── matrix products: first, second and result as they are meant; a transposed factor is stored the other way ──

    private static Stream<OperationCase> products() {
        int[][][] shapes = {
            {{2, 3}, {3, 4}, {2, 4}},
            {{1, 1}, {1, 1}, {1, 1}},
            {{1, 5}, {5, 1}, {1, 1}},
            {{5, 1}, {1, 5}, {5, 5}},
            {{2, 2, 3}, {3, 2}, {2, 2, 2}},
            {{2, 3}, {4, 3, 2}, {4, 2, 2}},
            {{2, 2, 3}, {2, 3, 4}, {2, 2, 4}},
            {{1, 2, 3}, {4, 3, 2}, {4, 2, 2}},
            {{2, 3, 2, 3}, {2, 3, 3, 2}, {2, 3, 2, 2}},
            {{2, 1, 2, 3}, {3, 3, 2}, {2, 3, 2, 2}},
            {{2, 1, 2, 3}, {1, 3, 3, 2}, {2, 3, 2, 2}},
            {{2, 0}, {0, 3}, {2, 3}},
            {{0, 2}, {2, 3}, {0, 3}},
            {{2, 2, 0}, {0, 3}, {2, 2, 3}},
            {{0, 2, 3}, {3, 2}, {0, 2, 2}},
            {{3, 2, 0}, {3, 0, 2}, {3, 2, 2}}
        };
        List<OperationCase> rows = new ArrayList<>();
        for (int[][] shape : shapes) {
            for (int transposes = 0; transposes < 4; transposes++) {
                rows.add(product(shape, (transposes & 1) != 0, (transposes & 2) != 0));
            }
        }
        return rows.stream();
    }

    private static OperationCase product(int[][] shapes, boolean transposeFirst, boolean transposeSecond) {
        Tensor a = normal(1, transposeFirst ? swapped(shapes[0]) : shapes[0]);
        Tensor b = normal(2, transposeSecond ? swapped(shapes[1]) : shapes[1]);
        int inner = shapes[0][shapes[0].length - 1];
        return OperationCase.of(
                new MatMul(transposeFirst, transposeSecond), List.of(a, b), Shape.of(shapes[2]), (in, index) -> {
                    int n = index.length;
                    double sum = 0;
                    for (int k = 0; k < inner; k++) {
                        int[] left = index.clone();
                        left[n - 1] = k;
                        int[] right = index.clone();
                        right[n - 2] = k;
                        sum += at(in.get(0), transposeFirst ? swapped(left) : left)
                                * at(in.get(1), transposeSecond ? swapped(right) : right);
                    }
                    return sum;
                });
    }

    private static int[] swapped(int[] axes) {
        int[] swapped = axes.clone();
        swapped[axes.length - 1] = axes[axes.length - 2];
        swapped[axes.length - 2] = axes[axes.length - 1];
        return swapped;
    }

    // ── convolutions ──

    private static Stream<OperationCase> convolutions() {
        return Stream.of(
                convolution(shape(2, 2, 4, 5), shape(3, 2, 3, 3), shape(3, 2, 3), Window.of(3, 3)),
                convolution(shape(1, 2, 3, 3), shape(2, 2, 3, 3), shape(2, 1, 1), Window.of(3, 3)),
                convolution(shape(2, 3, 3, 2), shape(2, 3, 1, 1), shape(2, 3, 2), Window.of(1, 1)),
                convolution(shape(1, 2, 6, 7), shape(3, 2, 3, 2), shape(3, 2, 3), window(2, 2, 0, 0, 0, 0, 1, 1)),
                convolution(shape(1, 2, 6, 7), shape(2, 2, 2, 3), shape(2, 4, 4), window(2, 3, 1, 2, 1, 3, 1, 1)),
                convolution(shape(1, 1, 4, 4), shape(2, 1, 3, 3), shape(2, 5, 4), window(1, 1, 2, 0, 1, 2, 1, 1)),
                convolution(shape(1, 1, 4, 4), shape(1, 1, 2, 2), shape(1, 8, 9), window(1, 1, 3, 0, 2, 6, 1, 1)),
                convolution(shape(1, 2, 7, 7), shape(2, 2, 3, 3), shape(2, 7, 7), window(1, 1, 2, 1, 2, 1, 2, 1)),
                convolution(shape(1, 1, 8, 8), shape(1, 1, 3, 3), shape(1, 4, 4), window(2, 2, 2, 2, 2, 2, 2, 2)),
                convolution(shape(1, 1, 5, 5), shape(1, 1, 2, 2), shape(1, 1, 1), window(5, 9, 0, 0, 0, 0, 3, 4)),
                convolution(shape(2, 2, 1, 7), shape(3, 2, 1, 3), shape(3, 1, 4), window(1, 2, 0, 1, 0, 1, 1, 1)),
                convolution(shape(2, 4, 3, 3), shape(6, 2, 3, 3), shape(6, 3, 3), window(1, 1, 1, 1, 1, 1, 1, 1)),
                convolution(shape(1, 3, 5, 5), shape(3, 1, 3, 3), shape(3, 3, 3), window(2, 2, 1, 1, 1, 1, 1, 1)),
                convolution(shape(1, 2, 4, 4), shape(4, 1, 2, 2), shape(4, 3, 3), Window.of(2, 2)),
                convolution(shape(0, 2, 4, 4), shape(3, 2, 2, 2), shape(3, 3, 3), Window.of(2, 2)),
                convolution(shape(1, 1, 0, 3), shape(1, 1, 2, 2), shape(1, 1, 2), window(1, 1, 1, 0, 1, 0, 1, 1)));
    }

    private static int[] shape(int... extents) {
        return extents;
    }

    /** Everything but the kernel, which the weight's shape says; in the order of {@link Window}. */
    private static Window window(Integer... numbers) {
        List<Integer> all = Arrays.asList(numbers);
        return new Window(List.of(1, 1), all.subList(0, 2), all.subList(2, 6), all.subList(6, 8), false);
    }

    /** {@code result} is without the batch. Groups are what makes the channels fit. */
    private static OperationCase convolution(int[] x, int[] w, int[] result, Window without) {
        Window window =
                new Window(List.of(w[2], w[3]), without.strides(), without.padding(), without.dilations(), false);
        Shape expected = Shape.of(x[0], result[0], result[1], result[2]);
        return OperationCase.of(
                new Convolution(window, x[1] / w[1]),
                List.of(normal(3, x), normal(4, w)),
                expected,
                (in, i) -> correlation(in.get(0), in.get(1), window, i));
    }

    private static double correlation(Tensor x, Tensor w, Window window, int[] index) {
        int filters = w.shape().extent(0);
        int channels = w.shape().extent(1);
        int groups = x.shape().extent(1) / channels;
        int firstChannel = index[1] / (filters / groups) * channels;
        double sum = 0;
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < w.shape().extent(2); i++) {
                for (int j = 0; j < w.shape().extent(3); j++) {
                    int row = index[2] * window.strides().get(0)
                            + i * window.dilations().get(0);
                    int column = index[3] * window.strides().get(1)
                            + j * window.dilations().get(1);
                    double pixel = pixel(
                            x,
                            index[0],
                            firstChannel + c,
                            row - window.padding().get(0),
                            column - window.padding().get(1),
                            0);
                    sum += pixel * at(w, index[1], c, i, j);
                }
            }
        }
        return sum;
    }
}
