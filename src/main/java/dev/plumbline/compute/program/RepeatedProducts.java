package dev.plumbline.compute.program;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part of a matrix product that adds up like terms: where a row of the first factor and a column of the second each
 * hold few different numbers. It is carried out term after term, in some precision, and what that loses is kept; the rest
 * of the product stays 0.
 */
final class RepeatedProducts {

    private static final int FEWEST_TERMS = 32;
    private static final int LOOKED_AT = 64; // elements of a line
    private static final int REPETITIONS = 8; // of each number, on average

    private final boolean inFloat32;
    private final Map<double[], double[]> losses = new IdentityHashMap<>(); // by the array that took the sums

    RepeatedProducts(boolean inFloat32) {
        this.inFloat32 = inFloat32;
    }

    /** What the sums in this array have lost; null where nothing was added to it. */
    double @Nullable [] losses(double @Nullable [] sums) {
        return losses.get(sums);
    }

    /** The repeated part of {@code c += a b}. */
    void add(Matrix a, Matrix b, double[] c, int start) {
        int terms = a.inner();
        int[] rows = terms < FEWEST_TERMS ? new int[0] : repeating(a, a.outer(), !a.transposed());
        int[] columns = rows.length == 0 ? rows : repeating(b, b.inner(), b.transposed());
        if (columns.length == 0) {
            return;
        }
        double[] lost = losses.computeIfAbsent(c, array -> new double[array.length]);
        double[] x = new double[terms];
        for (int column : columns) {
            for (int p = 0; p < terms; p++) {
                x[p] = at(b, column, b.transposed(), p);
            }
            for (int row : rows) {
                int to = start + row * b.inner() + column;
                double sum = c[to];
                for (int p = 0; p < terms; p++) {
                    double product = at(a, row, !a.transposed(), p) * x[p];
                    double term = inFloat32 ? (float) product : product;
                    double next = SerialSums.rounded(sum, term, inFloat32);
                    lost[to] += SerialSums.lost(sum, term, next, inFloat32);
                    sum = next;
                }
                c[to] = sum;
            }
        }
    }

    /** Element p of a line: of a row as it is stored, or of a column. */
    private static double at(Matrix matrix, int line, boolean isRow, int p) {
        int position = isRow ? line * matrix.columns() + p : p * matrix.columns() + line;
        return matrix.values()[matrix.offset() + position];
    }

    /** The lines, rows or columns as they are stored, that hold few different numbers up to sign, besides zeros. */
    private int[] repeating(Matrix matrix, int lines, boolean areRows) {
        int terms = areRows ? matrix.columns() : matrix.rows();
        int stride = Math.max(1, terms / LOOKED_AT);
        double[] sizes = new double[(terms + stride - 1) / stride];
        int[] found = new int[lines];
        int count = 0;
        for (int line = 0; line < lines; line++) {
            if (startsDifferent(matrix, line, areRows, stride, terms)) {
                continue;
            }
            for (int p = 0; p < terms; p += stride) {
                sizes[p / stride] = Math.abs(at(matrix, line, areRows, p));
            }
            if (repeats(sizes, terms)) {
                found[count++] = line;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** Whether the first numbers looked at are already more different ones than may be: as a rule, and sooner told. */
    private boolean startsDifferent(Matrix matrix, int line, boolean isRow, int stride, int terms) {
        int enough = LOOKED_AT / REPETITIONS + 1;
        double[] seen = new double[enough];
        for (int k = 0; k < enough; k++) {
            if (k * stride >= terms) {
                return false;
            }
            seen[k] = Math.abs(at(matrix, line, isRow, k * stride));
            for (int j = 0; j < k; j++) {
                if (Math.max(seen[j], seen[k]) <= alike(terms) * Math.min(seen[j], seen[k])) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Numbers are alike where the last place of their sum is coarser than their difference. */
    private boolean repeats(double[] sizes, int terms) {
        double alike = alike(terms);
        Arrays.sort(sizes);
        int some = 0;
        int different = 0;
        double last = 0;
        for (double size : sizes) {
            some += size == 0 ? 0 : 1;
            if (size > last * alike) {
                different++;
                last = size;
            }
        }
        return some > 0 && different <= Math.max(1, some / REPETITIONS);
    }

    private double alike(int terms) {
        return 1 + terms * (inFloat32 ? 0x1p-23 : 0x1p-52);
    }
}
