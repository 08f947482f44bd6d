package dev.plumbline.compute.rounding;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;

/**
 * What an entry's row and column let expect of its spread:
 *
 * <pre>
 *   R_i C_j / T
 * </pre>
 *
 * the root mean squares of its row, its column and the whole tensor. That is the spread of {@code dz x'} where either
 * factor strays by amounts of its own, which the gradient of a weight is. A row is what axis 0 numbers; a vector is one
 * row, all of whose entries are expected to stray alike. Bad for a tensor whose rows differ in ways that columns do not share.
 *
 * @param rows roots of sums of squares, one for each row
 * @param all of the tensor
 */
record Neighbours(double[] rows, double[] inColumns, double all) {

    static Neighbours of(Shape shape, double[] spread) {
        int count = shape.rank() < 2 ? 1 : Math.max(1, shape.extent(0));
        double[] rows = new double[count];
        double[] columns = new double[spread.length / count];
        double unit = 1 / Math.max(largest(spread), 0x1p-1000); // so that no square overflows
        for (int row = 0; row < count; row++) {
            int from = row * columns.length;
            double sum = 0;
            for (int column = 0; column < columns.length; column++) {
                double far = spread[from + column] * unit;
                sum += far * far;
                columns[column] += far * far;
            }
            rows[row] = Math.sqrt(sum) / unit;
        }
        Arrays.setAll(columns, column -> Math.sqrt(columns[column]) / unit);
        return new Neighbours(rows, columns, Tensor.vector(rows).norm());
    }

    private static double largest(double[] spread) {
        double largest = 0;
        for (double far : spread) {
            largest = Math.max(largest, far);
        }
        return largest;
    }

    int columns() {
        return inColumns.length;
    }

    /** The spread expected of an entry; 0 where some spread is no number, which says nothing of others. */
    double expected(int row, int column) {
        double expected = rows.length == 1
                ? all / Math.sqrt(inColumns.length)
                : rows[row] / all * inColumns[column]; // the counts cancel
        return Double.isFinite(expected) ? expected : 0;
    }
}
