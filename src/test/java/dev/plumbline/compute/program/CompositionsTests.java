package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What PyTorchOracleTests does not reach: extremes, seams, and what must not depend on how it is composed. */
class CompositionsTests {

    private interface Composition {
        Node of(ProgramBuilder b, Node x);
    }

    /** The value and the gradient of its sum. */
    private record Result(Tensor value, Tensor gradient) {

        static Result of(Tensor x, Composition composition) {
            return of(x, composition, null);
        }

        static Result of(Tensor x, Composition composition, @org.jspecify.annotations.Nullable Tensor cotangent) {
            ProgramBuilder b = new ProgramBuilder();
            Program program = b.output("y", composition.of(b, b.parameter("x", x.shape())))
                    .build();
            Node y = program.output("y");
            Evaluation evaluation = program.evaluate(Map.of("x", x));
            Evaluation.Gradient gradient =
                    cotangent == null ? evaluation.gradient(y) : evaluation.gradient(y, cotangent);
            return new Result(
                    evaluation.value(y),
                    Objects.requireNonNull(gradient.byParameter().get("x")));
        }
    }

    @Test
    void softmaxOfHugeNumbersIsOneOrZero() {
        Tensor x = Tensor.of(Shape.of(2, 3), 1e300, -1e300, 0, -1e308, -1e308, -1e308);
        Result result = Result.of(x, (b, node) -> Compositions.softmax(b, node, 1));
        assertThat(result.value().values()).containsExactly(1, 0, 0, 1 / 3.0, 1 / 3.0, 1 / 3.0);
        assertThat(result.gradient().firstNonFinite()).isEqualTo(-1);
    }

    @Test
    void softmaxOfAMaskedEntryIsZeroWithZeroGradient() {
        Tensor x = Tensor.vector(1, Double.NEGATIVE_INFINITY, 1);
        Result result = Result.of(x, (b, node) -> Compositions.softmax(b, node, 0), Tensor.vector(3, 5, 7));
        assertThat(result.value().values()).containsExactly(0.5, 0, 0.5);
        assertThat(result.gradient().values()).containsExactly(-1, 0, 1);
    }

    @Test
    void logSoftmaxOfHugeNumbersIsTheirDifference() {
        Result result = Result.of(
                Tensor.vector(1e6, 0, -1e6), (b, node) -> Compositions.logSoftmax(b, node, 0), Tensor.vector(0, 0, 1));
        assertThat(result.value().values()).containsExactly(0, -1e6, -2e6);
        assertThat(result.gradient().values()).containsExactly(-1, 0, 1);
    }

    @Test
    void logSumExpOfHugeNumbersIsTheirMaximum() {
        Tensor x = Tensor.of(Shape.of(2, 2), 1e300, 1, -1e5, -1e5);
        Result result = Result.of(x, (b, node) -> Compositions.logSumExp(b, node, 1));
        assertThat(result.value().values()).containsExactly(1e300, -1e5 + Math.log(2));
        assertThat(result.gradient().values()).containsExactly(1, 0, 0.5, 0.5);
    }

    /** The shift by the maximum is not differentiated; here two maxima tie, where it would show. */
    @Test
    void softmaxOfATieHasItsDerivative() {
        Result result =
                Result.of(Tensor.vector(2, 2), (b, node) -> Compositions.softmax(b, node, 0), Tensor.vector(1, 0));
        assertThat(result.gradient().values()).containsExactly(0.25, -0.25);
    }

    @Test
    void softmaxAlongAnAxisOfOneIsConstant() {
        Result result = Result.of(Samples.normal(1, 3, 1), (b, node) -> Compositions.softmax(b, node, -1));
        assertThat(result.value().values()).containsOnly(1);
        assertThat(result.gradient().values()).containsOnly(0);
    }

    @Test
    void geluIsTheIdentityFarRightAndNothingFarLeft() {
        Tensor x = Tensor.vector(-1e6, -40, 40, 1e6);
        for (Composition gelu : new Composition[] {Compositions::gelu, Compositions::geluTanh}) {
            Result result = Result.of(x, gelu);
            double[] values = result.value().map(Math::abs).values();
            assertThat(values).containsExactly(0, 0, 40, 1e6);
            assertThat(result.gradient().values()).containsExactly(0, 0, 1, 1);
        }
    }

    @Test
    void geluTanhIsWithinAThousandthOfGelu() {
        Tensor x = Samples.grid(1, 0.01, 0.25, 1_000);
        double[] exact = Result.of(x, Compositions::gelu).value().values();
        double[] approximate = Result.of(x, Compositions::geluTanh).value().values();
        for (int i = 0; i < exact.length; i++) {
            assertThat(approximate[i]).isCloseTo(exact[i], offset(1e-3));
        }
    }

    /** With alpha = 1 elu is smooth at 0; a minimum with 0 in it would have half the slope there. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5, 2})
    void eluHasTheSlopeFromTheLeftAtZero(double alpha) {
        Result result = Result.of(Tensor.vector(-1, -0.0, 0, 1e-300, 800), (b, x) -> Compositions.elu(b, x, alpha));
        assertThat(result.gradient().values()).containsExactly(alpha * Math.exp(-1), alpha, alpha, 1, 1);
        assertThat(result.value().at(4)).isEqualTo(800);
        assertThat(result.value().at(0)).isEqualTo(alpha * (Math.exp(-1) - 1));
    }

    @Test
    void upperBoundOfAClipWins() {
        assertThat(Result.of(Tensor.vector(0.5, 3), (b, x) -> Compositions.clip(b, x, 2, 1))
                        .value()
                        .values())
                .containsExactly(1, 1);
    }

    @Test
    void clipIsTheIdentityInsideAndConstantOutside() {
        Result result = Result.of(Tensor.vector(-3, 0.5, 7), (b, x) -> Compositions.clip(b, x, -1, 2));
        assertThat(result.value().values()).containsExactly(-1, 0.5, 2);
        assertThat(result.gradient().values()).containsExactly(0, 1, 0);
    }

    @Test
    void normalizedValuesHaveMeanZeroAndVarianceOne() {
        Tensor x = Samples.normal(3, 4, 50).map(value -> 1e3 + 5 * value);
        double[] values = Result.of(x, (b, node) -> Compositions.normalize(b, node, 1e-12, 1))
                .value()
                .values();
        for (int row = 0; row < 4; row++) {
            double[] y = Arrays.copyOfRange(values, 50 * row, 50 * row + 50);
            assertThat(Arrays.stream(y).average().orElseThrow()).isCloseTo(0, offset(1e-13));
            assertThat(Arrays.stream(y).map(v -> v * v).average().orElseThrow()).isCloseTo(1, offset(1e-10));
        }
    }

    @Test
    void constantsNormalizeToZeroWithFiniteGradient() {
        Result result = Result.of(Tensor.filled(Shape.of(5), 3), (b, x) -> Compositions.normalize(b, x, 1e-5, 0));
        assertThat(result.value().values()).containsOnly(0);
        assertThat(result.gradient().firstNonFinite()).isEqualTo(-1);
    }

    @Test
    void hingeIsZeroFromOneOn() {
        Result result = Result.of(Tensor.vector(-1, 0.5, 1, 3), Compositions::hinge);
        assertThat(result.value().values()).containsExactly(2, 0.5, 0, 0);
        assertThat(result.gradient().values()).containsExactly(-1, -1, 0, 0);
    }

    @Test
    void oneHotHasOneWhereTheIndexIs() {
        ProgramBuilder b = new ProgramBuilder();
        Node indices = b.data("i", Shape.of(2, 2));
        Program program = b.output("y", Compositions.oneHot(b, indices, 3)).build();
        Tensor value = program.evaluate(Map.of("i", Tensor.of(Shape.of(2, 2), 0, 2, 1, 5)))
                .value(program.output("y"));
        assertThat(value.shape()).isEqualTo(Shape.of(2, 2, 3));
        assertThat(value.values()).containsExactly(1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0);
    }
}
