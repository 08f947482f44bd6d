package dev.plumbline.compute.program;

import dev.plumbline.compute.program.MatrixProduct.Matrix;

/**
 * {@code c += a b} in Java, for products too small or too thin to pay for the copy to ND4J: four terms of a whole row of c
 * at a time, in a loop that the compiler turns into vector instructions. A second factor that is meant transposed is laid out
 * the other way round first, where several rows read it.
 */
final class ThinProduct {

    private static final int ROWS = 4; // of c, that pay for laying out the second factor
    private static final int TOGETHER = 16; // rows of it that are laid out at a time
    private static final int MOST_LAID_OUT = 1 << 20; // numbers

    private ThinProduct() {}

    static void add(Matrix a, Matrix b, double[] c, int start) {
        int k = a.inner();
        int m = b.inner();
        if (!b.transposed()) {
            rows(a, b.values(), b.offset(), m, c, start);
        } else if (a.outer() >= ROWS && (long) k * m <= MOST_LAID_OUT) {
            rows(a, laidOut(b, k, m), 0, m, c, start);
        } else {
            dots(a, b, c, start);
        }
    }

    /** (k, m) from the (m, k) that is stored, some of its rows at a time, so that what is written lies together. */
    private static double[] laidOut(Matrix b, int k, int m) {
        double[] rows = new double[k * m];
        double[] y = b.values();
        for (int first = 0; first < m; first += TOGETHER) {
            int last = Math.min(m, first + TOGETHER);
            for (int p = 0; p < k; p++) {
                int from = b.offset() + first * k + p;
                for (int to = p * m + first; to < p * m + last; to++, from += k) {
                    rows[to] = y[from];
                }
            }
        }
        return rows;
    }

    private static void rows(Matrix a, double[] y, int offset, int m, double[] c, int start) {
        int n = a.outer();
        int k = a.inner();
        double[] x = a.values();
        int aRow = a.transposed() ? 1 : a.columns();
        int step = a.transposed() ? a.columns() : 1;
        for (int i = 0; i < n; i++) {
            int to = start + i * m;
            int f = a.offset() + i * aRow;
            int p = 0;
            for (; p + 3 < k; p += 4, f += 4 * step) {
                add(x[f], x[f + step], x[f + 2 * step], x[f + 3 * step], y, offset + p * m, m, c, to);
            }
            for (; p < k; p++, f += step) {
                add(x[f], y, offset + p * m, m, c, to);
            }
        }
    }

    /** A row of c plus multiples of four rows of y. */
    private static void add(
            double first, double second, double third, double fourth, double[] y, int row, int m, double[] c, int to) {
        int next = row + m;
        int afterNext = next + m;
        int last = afterNext + m;
        for (int j = 0; j < m; j++) {
            c[to + j] += first * y[row + j] + second * y[next + j] + (third * y[afterNext + j] + fourth * y[last + j]);
        }
    }

    private static void add(double scale, double[] y, int row, int m, double[] c, int to) {
        for (int j = 0; j < m; j++) {
            c[to + j] += scale * y[row + j];
        }
    }

    private static void dots(Matrix a, Matrix b, double[] c, int start) {
        int n = a.outer();
        int k = a.inner();
        int m = b.inner();
        int aRow = a.transposed() ? 1 : a.columns();
        int step = a.transposed() ? a.columns() : 1;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                c[start + i * m + j] +=
                        dot(a.values(), a.offset() + i * aRow, step, b.values(), b.offset() + j * b.columns(), k);
            }
        }
    }

    /** Four sums at a time, since each addition waits for the one before it. */
    private static double dot(double[] x, int from, int step, double[] y, int row, int k) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int p = 0;
        int f = from;
        for (; p + 3 < k; p += 4, f += 4 * step) {
            first += x[f] * y[row + p];
            second += x[f + step] * y[row + p + 1];
            third += x[f + 2 * step] * y[row + p + 2];
            fourth += x[f + 3 * step] * y[row + p + 3];
        }
        for (; p < k; p++, f += step) {
            first += x[f] * y[row + p];
        }
        return first + second + (third + fourth);
    }
}
