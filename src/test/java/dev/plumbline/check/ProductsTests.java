package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.product.ProductMistake.Kind;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Products with first and second derivatives, held against closed forms. */
class ProductsTests {

    /** {@code y_i = x_i^2 x_{i+1}}, cyclic: {@code J_ii = 2 x_i x_{i+1}, J_{i,i+1} = x_i^2}. */
    private static final String CYCLIC = "out = x^2 * concat(slice(x, 0, 1, 3), slice(x, 0, 0, 1), 0)";

    private static final double[] X = {0.3, -1.7, 2.1};
    private static final double[] U = {0.9, 0.4, -1.3};
    private static final double[] V = {-0.7, 1.9, 0.2};

    private static double[][] jacobian() {
        double[][] j = new double[3][3];
        for (int i = 0; i < 3; i++) {
            j[i][i] = 2 * X[i] * X[(i + 1) % 3];
            j[i][(i + 1) % 3] = X[i] * X[i];
        }
        return j;
    }

    private static Tensor times(double[][] a, double[] x, boolean transposed) {
        double[] y = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++) {
                y[i] += (transposed ? a[k][i] : a[i][k]) * x[k];
            }
        }
        return Tensor.vector(y);
    }

    private static Map<String, Tensor> x(double... values) {
        return Map.of("x", Tensor.vector(values));
    }

    private static Map<String, Tensor> out(Tensor tensor) {
        return Map.of("out", tensor);
    }

    @Test
    void closedFormsPass() {
        GradientCheckReport report = ClaimedProducts.of("x^2 * y", Map.of("x", Tensor.vector(X), "y", Tensor.vector(U)))
                .pulling(out(Tensor.vector(V)), Map.of("x", Tensor.vector(2 * X[0] * U[0] * V[0], 2 * X[1] * U[1] * V[1], 2 * X[2] * U[2] * V[2])))
                .pushing(x(1, 2, 3), out(Tensor.vector(2 * X[0] * U[0], 4 * X[1] * U[1], 6 * X[2] * U[2])))
                .check();
        System.out.println(report.summary() + report.productLaws() + report.products());
        assertThat(report.verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void hessianOfRosenbrock() {
        // f = 100 (y - x^2)^2 + (1 - x)^2
        double x = -1.2;
        double y = 1;
        double hxx = 1200 * x * x - 400 * y + 2;
        double hxy = -400 * x;
        GradientCheckReport report = ClaimedProducts.of("100 * (y - x^2)^2 + (1 - x)^2", Map.of("x", Tensor.scalar(x), "y", Tensor.scalar(y)))
                .bending(Map.of("x", Tensor.scalar(1)), Map.of("x", Tensor.scalar(hxx), "y", Tensor.scalar(hxy)))
                .bending(Map.of("y", Tensor.scalar(1)), Map.of("x", Tensor.scalar(hxy), "y", Tensor.scalar(200)))
                .bending(Map.of("x", Tensor.scalar(1), "y", Tensor.scalar(1)), Map.of("x", Tensor.scalar(hxx + 2 * hxy), "y", Tensor.scalar(2 * hxy + 200)))
                .check();
        System.out.println(report.summary() + report.productLaws() + report.products());
        assertThat(report.products().get(0).verdict()).isEqualTo(Verdict.PASS);
        assertThat(report.products().get(1).verdict()).isEqualTo(Verdict.PASS);
        assertThat(report.products().get(2).mistake().kind()).isEqualTo(Kind.OFF_DIAGONALS_DOUBLED);
    }
}
