package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.Samples.grid;
import static dev.plumbline.compute.program.Samples.normal;
import static dev.plumbline.compute.program.Samples.pixel;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Rows for max and average pooling. */
final class PoolCases {

    private PoolCases() {}

    static Stream<OperationCase> all() {
        List<OperationCase> rows = new ArrayList<>();
        for (Pool pool : pools()) {
            rows.add(max(pool));
            rows.add(average(pool, true));
            rows.add(average(pool, false));
        }
        return rows.stream();
    }

    private record Pool(int[] x, Window window, int height, int width) {

        Shape expected() {
            return Shape.of(x[0], x[1], height, width);
        }
    }

    private static List<Pool> pools() {
        List<Integer> none = List.of(0, 0, 0, 0);
        List<Integer> one = List.of(1, 1);
        List<Integer> two = List.of(2, 2);
        return List.of(
                pool(4, 4, new Window(two, two, none, one, false), 2, 2),
                pool(5, 5, new Window(two, two, none, one, false), 2, 2),
                pool(5, 5, new Window(two, two, none, two, false), 2, 2), // apart by strides, interleaved by dilation
                pool(5, 5, new Window(two, two, none, one, true), 3, 3),
                pool(5, 7, new Window(List.of(2, 3), List.of(1, 2), List.of(0, 1, 1, 1), one, false), 5, 4),
                pool(5, 5, new Window(List.of(3, 3), two, List.of(1, 1, 1, 1), one, false), 3, 3),
                pool(6, 6, new Window(List.of(3, 3), two, List.of(1, 1, 1, 1), one, true), 4, 4),
                pool(6, 5, new Window(List.of(3, 2), two, List.of(1, 0, 0, 1), one, true), 3, 3),
                // The next window would begin in the padding on the right, so it does not count.
                pool(2, 3, new Window(two, two, List.of(1, 1, 1, 1), one, true), 2, 2),
                pool(6, 6, new Window(two, one, none, two, false), 4, 4),
                pool(7, 6, new Window(List.of(3, 2), two, List.of(1, 1, 1, 1), List.of(2, 1), true), 3, 4),
                pool(1, 7, new Window(List.of(1, 3), List.of(1, 2), List.of(0, 1, 0, 1), one, false), 1, 4),
                // Dilation may leave a window nothing but padding.
                pool(1, 2, new Window(List.of(2, 1), one, List.of(1, 0, 1, 0), two, false), 1, 2),
                new Pool(new int[] {0, 2, 4, 4}, Window.of(2, 2), 3, 3));
    }

    private static Pool pool(int height, int width, Window window, int resultHeight, int resultWidth) {
        return new Pool(new int[] {2, 2, height, width}, window, resultHeight, resultWidth);
    }

    private static OperationCase max(Pool pool) {
        Window window = pool.window();
        Tensor x = grid(5, 0.1, 0.25, pool.x());
        return OperationCase.of(new MaxPool(window), List.of(x), pool.expected(), (in, index) -> {
            double best = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < window.kernel().get(0); i++) {
                for (int j = 0; j < window.kernel().get(1); j++) {
                    double pixel = pixel(
                            in.get(0),
                            index[0],
                            index[1],
                            position(window, 0, index[2], i),
                            position(window, 1, index[3], j),
                            best);
                    best = pixel > best ? pixel : best;
                }
            }
            return best;
        });
    }

    private static OperationCase average(Pool pool, boolean countPadding) {
        Window window = pool.window();
        AveragePool op = new AveragePool(window, countPadding);
        return OperationCase.of(op, List.of(normal(6, pool.x())), pool.expected(), (in, index) -> {
            Tensor x = in.get(0);
            double sum = 0;
            int members = 0;
            for (int i = 0; i < window.kernel().get(0); i++) {
                for (int j = 0; j < window.kernel().get(1); j++) {
                    int row = position(window, 0, index[2], i);
                    int column = position(window, 1, index[3], j);
                    sum += pixel(x, index[0], index[1], row, column, 0);
                    boolean inside = row >= 0
                            && row < x.shape().extent(2)
                            && column >= 0
                            && column < x.shape().extent(3);
                    boolean padded = row
                                    < x.shape().extent(2) + window.padding().get(2)
                            && column < x.shape().extent(3) + window.padding().get(3);
                    members += inside || (countPadding && padded) ? 1 : 0;
                }
            }
            return sum / Math.max(members, 1);
        });
    }

    private static int position(Window window, int axis, int result, int tap) {
        return result * window.strides().get(axis)
                + tap * window.dilations().get(axis)
                - window.padding().get(axis);
    }
}
