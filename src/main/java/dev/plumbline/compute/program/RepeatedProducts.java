package dev.plumbline.compute.program;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part of a matrix product that adds up like terms: where a row of the first factor and a column of the second each
 * hold few different numbers. It is carried out term after term, in some precision, and what that loses is kept; the rest
 * of the product stays 0. Bad for many different lines that each repeat themselves: more than 2^27 terms are not carried out,
 * and left to the allowance of sums of different ones.
 */
final class RepeatedProducts {

    private static final int FEWEST_TERMS = 32;
    private static final int LOOKED_AT = 64; // elements of a line
    private static final int REPETITIONS = 8; // of each number, on average
    private static final long MOST_TERMS = 1L << 27; // of one product: a fifth of a second

    private final boolean inFloat32;
    private final Map<double[], double[]> losses = new IdentityHashMap<>(); // by the array that took the sums
    private final Map<double[], double[]> beside = new IdentityHashMap<>(); // repeated parts, by the array of the whole

    RepeatedProducts(boolean inFloat32) {
        this.inFloat32 = inFloat32;
    }

    /** {@code c += a b}, and its repeated part beside. */
    void addBoth(Matrix a, Matrix b, double[] c, int start) {
        MatrixProduct.add(a, b, c, start);
        int[] rows = rows(a);
        int[] columns = columns(b, rows);
        if (columns.length > 0) {
            add(a, b, rows, columns, beside.computeIfAbsent(c, whole -> new double[whole.length]), start);
        }
    }

    /** What the repeated parts of the sums in this array, which {@link #addBoth} took, have lost; null where there were none. */
    double @Nullable [] lossesBeside(double[] whole) {
        return losses.get(beside.get(whole));
    }

    /** What was added to this array counts no more. */
    void forget(double[] whole) {
        losses.remove(beside.remove(whole));
    }

    private int[] rows(Matrix a) {
        return a.inner() < FEWEST_TERMS ? new int[0] : repeating(a, a.outer(), !a.transposed());
    }

    private int[] columns(Matrix b, int[] rows) {
        return rows.length == 0 ? rows : repeating(b, b.inner(), b.transposed());
    }

    /** The repeated part of {@code c += a b}. */
    private void add(Matrix a, Matrix b, int[] rows, int[] columns, double[] c, int start) {
        int terms = a.inner();
        double[] lost = losses.computeIfAbsent(c, array -> new double[array.length]);
        Lines left = Lines.of(a, rows, !a.transposed());
        Lines right = Lines.of(b, columns, b.transposed());
        if ((long) left.count() * right.count() * terms > MOST_TERMS) {
            return;
        }
        Sum[] sums = new Sum[left.count() * right.count()]; // the last of each pair: equal lines make equal sums
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                int to = start + rows[i] * b.inner() + columns[j];
                int pair = left.kinds()[i] * right.count() + right.kinds()[j];
                Sum sum = sums[pair];
                if (sum == null || sum.from() != c[to] || sum.lostBefore() != lost[to]) {
                    sum = sum(
                            left.values().get(left.kinds()[i]), right.values().get(right.kinds()[j]), c[to], lost[to]);
                    sums[pair] = sum;
                }
                c[to] = sum.to();
                lost[to] = sum.lost();
            }
        }
    }

    private record Sum(double from, double lostBefore, double to, double lost) {}

    private Sum sum(double[] x, double[] y, double from, double lostBefore) {
        double sum = from;
        double lost = lostBefore;
        for (int p = 0; p < x.length; p++) {
            double term = inFloat32 ? (float) (x[p] * y[p]) : x[p] * y[p];
            double next = SerialSums.rounded(sum, term, inFloat32);
            lost += SerialSums.lost(sum, term, next, inFloat32);
            sum = next;
        }
        return new Sum(from, lostBefore, sum, lost);
    }

    /**
     * Lines of a matrix, equal ones once.
     *
     * @param values of each kind
     * @param kinds of each line
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Lines(List<double[]> values, int[] kinds) {

        static Lines of(Matrix matrix, int[] lines, boolean areRows) {
            int terms = areRows ? matrix.columns() : matrix.rows();
            Map<DoubleBuffer, Integer> known = new HashMap<>();
            List<double[]> values = new ArrayList<>();
            int[] kinds = new int[lines.length];
            for (int k = 0; k < lines.length; k++) {
                double[] line = new double[terms];
                for (int p = 0; p < terms; p++) {
                    line[p] = at(matrix, lines[k], areRows, p);
                }
                Integer kind = known.putIfAbsent(DoubleBuffer.wrap(line), values.size());
                if (kind == null) {
                    values.add(line);
                }
                kinds[k] = kind == null ? values.size() - 1 : kind;
            }
            return new Lines(values, kinds);
        }

        int count() {
            return values.size();
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
        int enough = (terms + stride - 1) / stride / REPETITIONS + 1;
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
