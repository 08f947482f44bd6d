package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.offset;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MatrixProductTests {

    /** (n, k, m) on either side of what decides between Java and the array engine, and of where rows are tiled. */
    private static final int[][] SIZES = {
        {1, 1, 1},
        {2, 3, 4},
        {33, 34, 35},
        {34, 34, 34},
        {35, 34, 34},
        {40, 40, 25},
        {40, 25, 40},
        {39, 32, 32},
        {1, 200, 200},
        {200, 1, 200},
        {200, 200, 1},
        {4, 100, 100},
        {5, 90, 90},
        {6, 100, 100},
        {100, 6, 100},
        {100, 100, 6},
        {5_000, 3, 3},
        {3, 5_000, 3},
        {3, 3, 5_000},
        {1_000, 64, 64},
        {1_025, 64, 64},
        {2_000, 65, 8},
        {100, 2_000, 20},
        {20, 5_000, 17},
        {16, 7_000, 16},
        {17, 7_000, 16},
        {33, 5_000, 12},
        {15, 16, 5_000}
    };

    private record Product(int n, int k, int m, boolean transposeFirst, boolean transposeSecond) {

        double[] first() {
            return Samples.positive(1, 3 + n * k).map(x -> x - 1.25).values();
        }

        double[] second() {
            return Samples.positive(2, 5 + k * m).map(x -> x - 1.25).values();
        }

        Matrix a() {
            return transposeFirst ? new Matrix(first(), 3, k, n, true) : new Matrix(first(), 3, n, k, false);
        }

        Matrix b() {
            return transposeSecond ? new Matrix(second(), 5, m, k, true) : new Matrix(second(), 5, k, m, false);
        }

        /** In an array with margins of 7 on either side, on top of ones. */
        double[] sum() {
            double[] c = new double[7 + n * m + 7];
            Arrays.fill(c, 1);
            MatrixProduct.add(a(), b(), c, 7);
            return c;
        }

        double[] naive() {
            double[] x = first();
            double[] y = second();
            double[] c = new double[n * m];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < m; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += x[3 + (transposeFirst ? p * n + i : i * k + p)]
                                * y[5 + (transposeSecond ? j * k + p : p * m + j)];
                    }
                    c[i * m + j] = sum;
                }
            }
            return c;
        }
    }

    static Stream<Product> products() {
        return Arrays.stream(SIZES).flatMap(size -> IntStream.range(0, 4)
                .mapToObj(bits -> new Product(size[0], size[1], size[2], (bits & 1) != 0, (bits & 2) != 0)));
    }

    @ParameterizedTest
    @MethodSource("products")
    void addsTheNaiveProductAndTouchesNothingElse(Product product) {
        double[] c = product.sum();
        double[] naive = product.naive();
        // k products of numbers below 1, added up in another order: k u at worst, sqrt(k) u as a rule.
        double tolerance = 1e-15 * (10 + product.k());
        double worst = 0;
        for (int i = 0; i < naive.length; i++) {
            worst = Math.max(worst, Math.abs(c[7 + i] - 1 - naive[i]));
        }
        assertThat(worst).isLessThanOrEqualTo(tolerance);
        for (int i = 0; i < 7; i++) {
            assertThat(c[i]).isEqualTo(1);
            assertThat(c[c.length - 1 - i]).isEqualTo(1);
        }
    }

    @Test
    void givesTheSameBitsOnEveryThread() throws Exception {
        List<Product> products =
                products().filter(product -> product.n() < 2_000).toList();
        List<double[]> alone = products.stream().map(Product::sum).toList();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<double[]>>> runs = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                runs.add(
                        threads.submit(() -> products.stream().map(Product::sum).toList()));
            }
            for (Future<List<double[]>> run : runs) {
                for (int i = 0; i < alone.size(); i++) {
                    assertThat(run.get().get(i)).isEqualTo(alone.get(i));
                }
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void nonFiniteNumbersStayInTheirRowsAndColumns() {
        int n = 64;
        double[] x = Samples.normal(3, n, n).values();
        double[] y = Samples.normal(4, n, n).values();
        x[5 * n + 9] = Double.NaN;
        y[2 * n + 7] = Double.POSITIVE_INFINITY;
        double[] c = new double[n * n];
        MatrixProduct.add(new Matrix(x, 0, n, n, false), new Matrix(y, 0, n, n, false), c, 0);
        for (int i = 0; i < c.length; i++) {
            assertThat(Double.isNaN(c[i])).isEqualTo(i / n == 5);
            assertThat(Double.isInfinite(c[i])).isEqualTo(i / n != 5 && i % n == 7);
        }
    }

    @Test
    void nothingOfAnEarlierProductIsLeftInTheBuffers() {
        Product product = new Product(64, 64, 64, false, false);
        double[] before = product.sum();
        double[] spoilt = new double[64 * 64];
        Arrays.fill(spoilt, Double.NaN);
        Matrix nothing = new Matrix(spoilt, 0, 64, 64, false);
        MatrixProduct.add(nothing, nothing, spoilt.clone(), 0);
        assertThat(product.sum()).isEqualTo(before);
    }

    /** More sizes than buffers are kept, and one beyond all that is kept. */
    @Test
    void productsAreRightWhileBuffersComeAndGo() {
        for (int round = 0; round < 2; round++) {
            for (int n = 40; n < 80; n++) {
                Product product = new Product(n, 41, n + 1, false, true);
                assertThat(product.sum()[7 + n]).isCloseTo(1 + product.naive()[n], offset(1e-13));
            }
        }
        int k = 1 << 17;
        double[] ones = new double[66 * k];
        Arrays.fill(ones, 1);
        double[] c = new double[66 * 66];
        MatrixProduct.add(new Matrix(ones, 0, 66, k, false), new Matrix(ones, 0, k, 66, false), c, 0);
        assertThat(c).containsOnly(k);
    }

    /** More than all the buffers of a residual network. */
    @Test
    void productsAreRightForHundredsOfSizes() {
        for (int n = 40; n < 180; n++) {
            Product product = new Product(n, 41, n + 1, false, true);
            assertThat(product.sum()[7 + n]).isCloseTo(1 + product.naive()[n], offset(1e-13));
        }
    }

    @Test
    void emptyProductsAddNothing() {
        double[] c = {3, 4};
        MatrixProduct.add(new Matrix(new double[0], 0, 2, 0, false), new Matrix(new double[0], 0, 0, 1, false), c, 0);
        assertThat(c).containsExactly(3, 4);
    }

    @Test
    void refusesFactorsThatDoNotFit() {
        Matrix matrix = new Matrix(new double[6], 0, 2, 3, false);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MatrixProduct.add(matrix, matrix, new double[4], 0))
                .withMessageContaining("3 and 2");
    }
}
