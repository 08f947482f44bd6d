package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products in Java against a plain triple loop. */
class ThinProductTests {

    private final Random random = new Random(5);

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 7, 1",
        "3, 5, 2",
        "4, 4, 4",
        "5, 3, 9",
        "5, 9, 17",
        "2, 64, 33",
        "8, 1, 40",
        "6, 30, 1",
        "7, 2, 3",
        "33, 6, 5",
        "3, 1152, 4",
        "128, 4, 70"
    })
    void isTheSumOfProducts(int n, int k, int m) {
        for (boolean first : new boolean[] {false, true}) {
            for (boolean second : new boolean[] {false, true}) {
                Matrix a = matrix(n, k, first);
                Matrix b = matrix(k, m, second);
                double[] c = random.doubles(n * m + 5).toArray();
                double[] expected = c.clone();
                double[] sizes = new double[c.length];
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < m; j++) {
                        for (int p = 0; p < k; p++) {
                            double term = at(a, i, p) * at(b, p, j);
                            expected[3 + i * m + j] += term;
                            sizes[3 + i * m + j] += Math.abs(term);
                        }
                    }
                }

                ThinProduct.add(a, b, c, 3);

                for (int i = 0; i < c.length; i++) {
                    assertThat(Math.abs(c[i] - expected[i])).isLessThanOrEqualTo((2 + k) * 0x1p-53 * (sizes[i] + 1));
                }
            }
        }
    }

    /** Somewhere inside an array, whose other numbers are none of its business. */
    private Matrix matrix(int outer, int inner, boolean transposed) {
        double[] values =
                random.doubles((long) outer * inner + 4).map(x -> x - 0.5).toArray();
        values[0] = Double.NaN;
        values[values.length - 1] = Double.NaN;
        return transposed ? new Matrix(values, 2, inner, outer, true) : new Matrix(values, 2, outer, inner, false);
    }

    private static double at(Matrix matrix, int row, int column) {
        return matrix.transposed()
                ? matrix.values()[matrix.offset() + column * matrix.columns() + row]
                : matrix.values()[matrix.offset() + row * matrix.columns() + column];
    }
}
