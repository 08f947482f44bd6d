package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.product.ProductMistake;
import dev.plumbline.compute.product.ProductMistake.Kind;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products with first and second derivatives, held against closed forms. */
class ProductsTests {

    /** {@code y_i = x_i^2 x_(i+1)}, cyclic: {@code J_ii = 2 x_i x_(i+1), J_i,i+1 = x_i^2}. */
    private static final String CYCLIC = "x^2 * [x[1], x[2], x[0]]";

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

    /** {@code f = sum x_i^2 x_(i+1)}: {@code H_ii = 2 x_(i+1), H_i,i+1 = 2 x_i}, symmetric. */
    private static double[][] hessian() {
        double[][] h = new double[3][3];
        for (int i = 0; i < 3; i++) {
            int next = (i + 1) % 3;
            h[i][i] += 2 * X[next];
            h[i][next] += 2 * X[i];
            h[next][i] += 2 * X[i];
        }
        return h;
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

    private static Map<String, Tensor> out(double... values) {
        return Map.of("out", Tensor.vector(values));
    }

    private static ClaimedProducts cyclic() {
        return ClaimedProducts.of(CYCLIC, x(X));
    }

    private static ClaimedProducts cyclicSum() {
        return ClaimedProducts.of("sum(" + CYCLIC + ")", x(X));
    }

    private static ProductMistake mistake(GradientCheckReport report, int place) {
        ProductReport product = report.products().get(place);
        assertThat(product.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        return Objects.requireNonNull(product.mistake(), product.toString());
    }

    // ── first derivatives ──

    @Test
    void productsWithTheJacobianByItsClosedFormPassAndSoDoesTheDotTest() {
        GradientCheckReport report = cyclic().pulling(out(V), Map.of("x", times(jacobian(), V, true)))
                .pushing(x(U), Map.of("out", times(jacobian(), U, false)))
                .check();
        assertThat(report.verdict()).isEqualTo(Verdict.PASS);
        assertThat(report.productLaws()).singleElement().satisfies(law -> {
            assertThat(law.verdict()).isEqualTo(Verdict.PASS);
            assertThat(law.bound()).isBetween(0.0, 1e-12);
        });
        assertThat(report.objective()).isNull();
    }

    @Test
    void theJacobianFromTheOtherSideIsNamedTransposed() {
        GradientCheckReport report = cyclic().pulling(out(V), Map.of("x", times(jacobian(), V, false)))
                .pushing(x(U), Map.of("out", times(jacobian(), U, true)))
                .check();
        assertThat(mistake(report, 0).kind()).isEqualTo(Kind.TRANSPOSED);
        assertThat(mistake(report, 1).kind()).isEqualTo(Kind.TRANSPOSED);
    }

    @Test
    void aTransposedJacobianInOneOfTwoFailsTheDotTest() {
        GradientCheckReport report = cyclic().pulling(out(V), Map.of("x", times(jacobian(), V, true)))
                .pushing(x(U), Map.of("out", times(jacobian(), U, true)))
                .check();
        assertThat(report.productLaws().get(0).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.summary()).contains("The dot test fails");
    }

    /** The product rule with one of its two terms: {@code x^2 y'} or {@code (x^2)' y}. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMissingTermIsNamedWithItsOperation(boolean first) {
        double[][] j = jacobian();
        for (int i = 0; i < 3; i++) {
            j[i][first ? i : (i + 1) % 3] = 0;
        }
        GradientCheckReport report =
                cyclic().pushing(x(U), Map.of("out", times(j, U, false))).check();
        ProductMistake mistake = mistake(report, 0);
        assertThat(mistake.kind()).isEqualTo(Kind.MISSING_TERM);
        assertThat(mistake.advice()).contains("leaves out what moves by");
    }

    @Test
    void aMissingTermOfAVectorJacobianProductIsNamed() {
        double[][] j = jacobian();
        for (int i = 0; i < 3; i++) {
            j[i][i] = 0;
        }
        GradientCheckReport report =
                cyclic().pulling(out(V), Map.of("x", times(j, V, true))).check();
        assertThat(mistake(report, 0).kind()).isEqualTo(Kind.MISSING_TERM);
    }

    @Test
    void aMissingSlopeIsNamedWithItsOperation() {
        double[] wrong = new double[3];
        double[] square = new double[3];
        for (int i = 0; i < 3; i++) {
            square[i] = X[i] * X[i];
            wrong[i] = 2 * X[i] * U[i]; // tanh' taken for 1
        }
        GradientCheckReport report =
                ClaimedProducts.of("tanh(x^2)", x(X)).pushing(x(U), out(wrong)).check();
        ProductMistake mistake = mistake(report, 0);
        assertThat(mistake.kind()).isEqualTo(Kind.MISSING_SLOPE);
        assertThat(mistake.advice()).contains("tanh");
    }

    @Test
    void whatOneInputContributesIsMissed() {
        GradientCheckReport report = ClaimedProducts.of("x * y", Map.of("x", Tensor.vector(X), "y", Tensor.vector(V)))
                .pushing(
                        Map.of("x", Tensor.vector(U), "y", Tensor.vector(1, 2, 3)),
                        out(U[0] * V[0], U[1] * V[1], U[2] * V[2]))
                .check();
        assertThat(mistake(report, 0).kind()).isEqualTo(Kind.MISSING_INPUT);
        assertThat(mistake(report, 0).tensor()).isEqualTo("y");
    }

    @ParameterizedTest
    @CsvSource({"-1, SIGN", "2, SCALED", "0.5, SCALED", "0, ZERO", "1.37, SCALED"})
    void aFactorIsNamed(double factor, Kind kind) {
        Tensor right = times(jacobian(), U, false);
        GradientCheckReport report = cyclic().pushing(x(U), Map.of("out", right.map(y -> factor * y)))
                .check();
        assertThat(mistake(report, 0).kind()).isEqualTo(kind);
        if (kind == Kind.SCALED) {
            assertThat(mistake(report, 0).factor()).isCloseTo(factor, org.assertj.core.data.Offset.offset(1e-12));
        }
    }

    /** Any factor explains one number or two; three must agree, or the factor be n or 1/n, up to 12. */
    @ParameterizedTest
    @CsvSource({"1.37, 3, true", "1.37, 2, false", "12, 2, true", "13, 2, false"})
    void aFactorMustBeMoreThanChance(double factor, int entries, boolean isNamed) {
        double[] point = java.util.Arrays.copyOf(X, entries);
        double[] claim = new double[entries];
        for (int i = 0; i < entries; i++) {
            claim[i] = factor * Math.cos(X[i]) * U[i];
        }
        GradientCheckReport report = ClaimedProducts.of("sin(x)", x(point))
                .pushing(x(java.util.Arrays.copyOf(U, entries)), out(claim))
                .check();
        ProductMistake mistake = report.products().get(0).mistake();
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(mistake != null && mistake.kind() == Kind.SCALED).isEqualTo(isNamed);
    }

    /** One part in 10^12 of one entry is beyond rounding, one unit in the last place is not. */
    @Test
    void isJudgedByRounding() {
        double[] right = times(jacobian(), U, false).values();
        double[] lastPlace = right.clone();
        lastPlace[1] = Math.nextUp(right[1]);
        double[] off = right.clone();
        off[1] *= 1 + 1e-12;
        GradientCheckReport report =
                cyclic().pushing(x(U), out(lastPlace)).pushing(x(U), out(off)).check();
        assertThat(report.products().get(0).verdict()).isEqualTo(Verdict.PASS);
        assertThat(report.products().get(1).verdict()).isEqualTo(Verdict.FAIL);
    }

    @Test
    void productsByDataAreJudgedToo() {
        GradientCheckReport report = ClaimedProducts.of("w * x", Map.of("w", Tensor.vector(V)))
                .on(x(X))
                .pulling(out(1, 1, 1), Map.of("x", Tensor.vector(V), "w", Tensor.vector(X)))
                .pushing(x(U), out(V[0] * U[0], V[1] * U[1], V[2] * U[2]))
                .check();
        assertThat(report.verdict()).isEqualTo(Verdict.PASS);
    }

    /** {@code |z|^2 + Re(z^2)} of complex numbers as pairs: by PyTorch's convention the derivatives by both parts. */
    @Test
    void complexNumbersArePairsByPyTorchsConvention() {
        Tensor z = Tensor.of(Shape.of(2, 2), new double[] {0.3, -1.1, 0.7, 0.4});
        Tensor right = Tensor.of(Shape.of(2, 2), new double[] {4 * 0.3, 0.1 * -1.1 * 2, 4 * 0.7, 0.1 * 0.4 * 2});
        Tensor conjugate = Tensor.of(Shape.of(2, 2), new double[] {4 * 0.3, -0.1 * -1.1 * 2, 4 * 0.7, -0.1 * 0.4 * 2});
        Map<String, Tensor> one = Map.of("out", Tensor.scalar(1));
        GradientCheckReport report = ClaimedProducts.of("sum(2 * z[:, 0]^2) + sum(0.1 * z[:, 1]^2)", Map.of("z", z))
                .pulling(one, Map.of("z", right))
                .pulling(one, Map.of("z", conjugate))
                .check();
        assertThat(report.products().get(0).verdict()).isEqualTo(Verdict.PASS);
        assertThat(mistake(report, 1).kind()).isEqualTo(Kind.CONJUGATED);
    }

    // ── second derivatives ──

    @Test
    void aFullHessianByUnitVectorsPassesAndIsSymmetric() {
        ClaimedProducts claims = cyclicSum();
        for (int k = 0; k < 3; k++) {
            double[] unit = new double[3];
            unit[k] = 1;
            claims = claims.bending(x(unit), Map.of("x", times(hessian(), unit, false)));
        }
        GradientCheckReport report = claims.check();
        assertThat(report.verdict()).isEqualTo(Verdict.PASS);
        assertThat(report.productLaws()).hasSize(3).allMatch(law -> law.verdict() == Verdict.PASS);
        assertThat(Objects.requireNonNull(report.objective()).value())
                .isCloseTo(
                        X[0] * X[0] * X[1] + X[1] * X[1] * X[2] + X[2] * X[2] * X[0],
                        org.assertj.core.data.Offset.offset(1e-14));
    }

    private interface Wrong {
        double element(int row, int column, double right);
    }

    private static GradientCheckReport wrong(Wrong wrong) {
        double[][] h = hessian();
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++) {
                h[i][k] = wrong.element(i, k, h[i][k]);
            }
        }
        return cyclicSum()
                .bending(x(U), Map.of("x", times(h, U, false)))
                .bending(x(V), Map.of("x", times(h, V, false)))
                .check();
    }

    @Test
    void hessiansPutTogetherWronglyAreNamed() {
        assertThat(mistake(wrong((i, k, h) -> i == k ? h : 2 * h), 0).kind()).isEqualTo(Kind.OFF_DIAGONALS_DOUBLED);
        assertThat(mistake(wrong((i, k, h) -> i == k ? 2 * h : h), 1).kind()).isEqualTo(Kind.DIAGONAL_DOUBLED);
        assertThat(mistake(wrong((i, k, h) -> i >= k ? h : 0), 0).kind()).isEqualTo(Kind.TRIANGLE);
        assertThat(mistake(wrong((i, k, h) -> i == k ? h : 0), 0).kind()).isEqualTo(Kind.DIAGONAL_ONLY);
        assertThat(mistake(wrong((i, k, h) -> i == k ? 0 : h), 0).kind()).isEqualTo(Kind.NO_DIAGONAL);
    }

    @Test
    void anAsymmetricHessianIsNamed() {
        GradientCheckReport report = wrong((i, k, h) -> i == 0 && k == 2 ? h + 0.25 : h);
        assertThat(mistake(report, 0).kind()).isEqualTo(Kind.ASYMMETRIC);
        assertThat(report.productLaws().get(0).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(report.summary()).contains("The Hessian is not symmetric");
    }

    @Test
    void whatCouplesTwoTensorsIsMissed() {
        // f = sum(x^2 y): H_xx = 2 diag(y), H_xy = 2 diag(x)
        GradientCheckReport report = ClaimedProducts.of(
                        "sum(x^2 * y + y^3)", Map.of("x", Tensor.vector(X), "y", Tensor.vector(V)))
                .bending(
                        Map.of("x", Tensor.vector(U), "y", Tensor.vector(1, 2, 3)),
                        Map.of(
                                "x", Tensor.vector(2 * V[0] * U[0], 2 * V[1] * U[1], 2 * V[2] * U[2]),
                                "y", Tensor.vector(6 * V[0], 12 * V[1], 18 * V[2])))
                .check();
        assertThat(mistake(report, 0).kind()).isIn(Kind.BLOCK_DIAGONAL, Kind.DIAGONAL_ONLY);
    }

    /** {@code f = sum(tanh(x)^2)/2}: {@code H = (t')^2 + t t''}; the second term is the curvature of tanh. */
    @Test
    void aMissingSecondDerivativeIsNamedWithItsOperation() {
        double[] product = new double[3];
        for (int i = 0; i < 3; i++) {
            double t = Math.tanh(X[i]);
            product[i] = (1 - t * t) * (1 - t * t) * U[i];
        }
        GradientCheckReport report = ClaimedProducts.of("t = tanh(x)\nloss = 0.5 * sum(t^2)", x(X))
                .bending(x(U), x(product))
                .check();
        assertThat(mistake(report, 0).kind()).isIn(Kind.MISSING_CURVATURE, Kind.GAUSS_NEWTON);
    }

    /** {@code H 1 = 0} for a log-sum-exp: what is claimed is the rounding of {@code p - p sum(p)}. */
    @Test
    void aProductBelowItsRoundingSaysNothing() {
        GradientCheckReport report = ClaimedProducts.of("log(sum(exp(x)))", x(1, 31, 1.5))
                .bending(x(1, 1, 1), x(9e-31, -1e-17, 1e-30))
                .check();
        assertThat(report.products().get(0).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(report.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void orthogonalFactorsLeaveTheDotTestOpen() {
        // y = x: v . u = 0 exactly up to rounding
        GradientCheckReport report = ClaimedProducts.of("x * 1.1", x(X))
                .pulling(out(1, 1, 0), x(1.1, 1.1, 0))
                .pushing(x(1, -1, 0), out(1.1, -1.1, 0))
                .check();
        assertThat(report.productLaws().get(0).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(report.verdict()).isEqualTo(Verdict.PASS);
    }

    /** Softmax does not change along (1, 1, 1): all terms cancel, and zeros would pass whatever the rules are. */
    @Test
    void zerosThatAreLeftOfCancellationSayNothing() {
        GradientCheckReport report = ClaimedProducts.of("sum((exp(x) / sum(exp(x)))^2)", x(X))
                .bending(x(1, 1, 1), x(0, 0, 0))
                .check();
        assertThat(report.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void aFunctionWithoutAValueHasNoDerivatives() {
        GradientCheckReport second = ClaimedProducts.of("sum(log(x))", x(X))
                .bending(x(U), x(0, 0, 0))
                .check();
        assertThat(second.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        GradientCheckReport first = ClaimedProducts.of("log(x)", x(X))
                .pushing(x(U), out(U[0] / X[0], 0, U[2] / X[2]))
                .pulling(out(V), x(0, 0, 0))
                .check();
        assertThat(first.products()).allMatch(product -> product.verdict() == Verdict.INCONCLUSIVE);
    }

    @Test
    void aLinearFunctionHasNoCurvatureAndThatIsCertain() {
        GradientCheckReport right =
                ClaimedProducts.of("sum(3 * x)", x(X)).bending(x(U), x(0, 0, 0)).check();
        GradientCheckReport wrong = ClaimedProducts.of("sum(3 * x)", x(X))
                .bending(x(U), x(0, 1e-9, 0))
                .check();
        assertThat(right.verdict()).isEqualTo(Verdict.PASS);
        assertThat(wrong.verdict()).isEqualTo(Verdict.FAIL);
    }

    // ── bends ──

    @ParameterizedTest
    @CsvSource({"0, KINK", "0.9, KINK", "0.45, KINK", "1.8, FAIL", "-0.2, FAIL"})
    void aPushedProductAtABendLiesBetweenItsSides(double claim, Verdict verdict) {
        GradientCheckReport report = ClaimedProducts.of("relu(x)", x(0, -1.7, 2.1))
                .pushing(x(U), out(claim, 0, U[2]))
                .check();
        assertThat(report.verdict()).isEqualTo(verdict);
        if (verdict == Verdict.KINK) {
            assertThat(report.products().get(0).bends()).singleElement().satisfies(bend -> assertThat(bend.operation())
                    .isEqualTo("relu"));
        }
    }

    /** Slopes that differ by more than one part in 10^9 are two. */
    @ParameterizedTest
    @CsvSource({"3e-9, KINK", "3e-10, PASS"})
    void aBendTooSmallToMatterIsNone(double bend, Verdict verdict) {
        GradientCheckReport report = ClaimedProducts.of("x + " + bend + " * relu(x)", x(0, -1.7, 2.1))
                .pushing(x(U), out(U[0], U[1], U[2] * (1 + bend)))
                .check();
        assertThat(report.verdict()).isEqualTo(verdict);
    }

    @Test
    void aPulledProductAtABendIsASubgradient() {
        GradientCheckReport report = ClaimedProducts.of("relu(x)", x(0, -1.7, 2.1))
                .pulling(out(V), x(0, 0, V[2]))
                .pulling(out(V), x(-0.2, 0, V[2]))
                .pulling(out(V), x(0.2, 0, V[2]))
                .check();
        assertThat(report.products().stream().map(ProductReport::verdict))
                .containsExactly(Verdict.KINK, Verdict.KINK, Verdict.FAIL);
    }

    @Test
    void theSlopeJumpsAtABendSoItsDerivativeIsOpen() {
        GradientCheckReport report = ClaimedProducts.of("sum(relu(x)^2 + relu(x) * x[1])", x(0, -1.7, 2.1))
                .bending(x(U), x(2 * U[0], U[2], 2 * U[2] + U[1]))
                .check();
        assertThat(report.products().get(0).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(report.products().get(0).tensors().get(0).entries())
                .anyMatch(entry -> entry.reason() == Reason.DISCONTINUOUS);
    }

    /** {@code relu(x) - relu(-x) = x}: smooth although its parts bend; frameworks give 0. */
    @Test
    void aConventionIsNoDerivativeWhereTheFunctionIsSmooth() {
        ClaimedProducts claims = ClaimedProducts.of("relu(x) - relu(-x)", x(0, -1.7, 2.1));
        GradientCheckReport report =
                claims.pushing(x(U), out(U)).pushing(x(U), out(0, U[1], U[2])).check();
        assertThat(report.products().get(0).verdict()).isEqualTo(Verdict.PASS);
        assertThat(report.products().get(1).verdict()).isEqualTo(Verdict.KINK);
    }

    @Test
    void aFunctionThatJumpsIsOpen() {
        GradientCheckReport report = ClaimedProducts.of("floor(x) + x", x(1, -1.7, 2.1))
                .pushing(x(U), out(U))
                .check();
        assertThat(report.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    /** A step has the slope 0 everywhere but where it steps; of a line that bends the slope is such a step. */
    @ParameterizedTest
    @CsvSource({"floor(x), 1, INCONCLUSIVE", "floor(x), 1.5, PASS", "sign(x), 0, INCONCLUSIVE"})
    void aStepHasNoSlopeWhereItSteps(String formula, double at, Verdict verdict) {
        assertThat(ClaimedProducts.of(formula, x(at))
                        .pushing(x(1), out(0))
                        .check()
                        .verdict())
                .isEqualTo(verdict);
        assertThat(ClaimedProducts.of(formula, x(at))
                        .pulling(out(1), x(0))
                        .check()
                        .verdict())
                .isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource({
        "sum(relu(x)), 0, INCONCLUSIVE",
        "sum(relu(x)), 1, PASS",
        "sum(floor(x)), 1, INCONCLUSIVE",
        "sum(abs(x)), 0, INCONCLUSIVE"
    })
    void aBendHasNoCurvatureWhereItBends(String formula, double at, Verdict verdict) {
        assertThat(ClaimedProducts.of(formula, x(at))
                        .bending(x(1), x(0))
                        .check()
                        .verdict())
                .isEqualTo(verdict);
    }

    /**
     * {@code floor(10 x) (3 x - 0.3)} at 0.1 goes on where it steps, but for the rounding of the factor that is 0 there: some
     * units in the last place of the value, as noise does. A step of hundreds of them is one.
     */
    @ParameterizedTest
    @CsvSource({"1 + SIZE * floor(10 * x) * (3 * x - 0.3), 16, false", "1 + SIZE * floor(10 * x), 2e-14, true"})
    void aStepIsMoreThanNoise(String formula, String size, boolean jumps) {
        GradientCheckReport report = ClaimedProducts.of(formula.replace("SIZE", size), x(0.1))
                .pushing(x(1), out(0))
                .check();
        assertThat(report.products().get(0).tensors().get(0).entries())
                .as(report.summary())
                .anyMatch(entry -> (entry.reason() == Reason.DISCONTINUOUS) == jumps);
    }

    @Test
    void maximaArePassedOnByTheirWinners() {
        Tensor image = Tensor.of(Shape.of(1, 1, 2, 4), new double[] {1, 5, -2, -3, 4, 2, -7, -1});
        Tensor direction = Tensor.of(Shape.of(1, 1, 2, 4), new double[] {1, 2, 3, 4, 5, 6, 7, 8});
        GradientCheckReport report = ClaimedProducts.of(
                        "[max(x[0, 0, :, 0:2]), max(x[0, 0, :, 2:4])]^2", Map.of("x", image))
                .pushing(Map.of("x", direction), Map.of("out", Tensor.vector(2 * 5 * 2, 2 * -1 * 8)))
                .check();
        assertThat(report.verdict()).isEqualTo(Verdict.PASS);
    }

    // ── the request ──

    @Test
    void gradientsAndProductsGoTogether() {
        double[] gradient = new double[3];
        for (int i = 0; i < 3; i++) {
            gradient[i] = 2 * X[i] * X[(i + 1) % 3] + X[(i + 2) % 3] * X[(i + 2) % 3];
        }
        ClaimedProducts claims =
                cyclicSum().bending(x(U), Map.of("x", times(hessian(), U, false).map(h -> -h)));
        GradientCheckReport report = claims.check(x(gradient));
        assertThat(report.tensors()).singleElement().satisfies(tensor -> assertThat(tensor.verdict())
                .isEqualTo(Verdict.PASS));
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(mistake(report, 0).kind()).isEqualTo(Kind.SIGN);
        assertThat(report.summary()).contains("The sign is wrong throughout");
    }

    @Test
    void refusesWhatHasNoPlace() {
        assertThatThrownBy(() ->
                        cyclic().pulling(Map.of("aout", Tensor.vector(V)), x(V)).check())
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.pointer())
                        .isEqualTo("/vectorJacobianProducts/0/cotangent/aout"));
        assertThatThrownBy(() -> cyclic().pushing(x(1, 2), out(V)).check())
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.pointer())
                        .isEqualTo("/jacobianVectorProducts/0/direction/x"));
        assertThatThrownBy(() -> cyclic().pushing(x(U), Map.of()).check())
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.pointer())
                        .isEqualTo("/jacobianVectorProducts/0/product"));
        assertThatThrownBy(() -> cyclic().pushing(x(1, Double.NaN, 2), out(V)).check())
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.pointer())
                        .isEqualTo("/jacobianVectorProducts/0/direction/x"));
        assertThatThrownBy(() -> cyclic().bending(x(U), x(V)).check())
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.pointer()).isEqualTo("/hessianVectorProducts/0"));
    }

    @Test
    void aClaimThatIsNoNumberFails() {
        GradientCheckReport report =
                cyclic().pushing(x(U), out(1, Double.NaN, 2)).check();
        assertThat(report.verdict()).isEqualTo(Verdict.FAIL);
    }
}
