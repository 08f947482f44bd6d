package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Float64RoundingTests {

    private static final double U = 0x1p-53;

    private interface Formula {
        Node of(ProgramBuilder b, Node w);
    }

    /** The values of sixty runs. */
    private static Set<Double> values(double at, Formula formula) {
        ProgramBuilder b = new ProgramBuilder();
        Program program =
                b.output("y", formula.of(b, b.parameter("w", Shape.SCALAR))).build();
        Map<String, Tensor> point = Map.of("w", Tensor.scalar(at));
        Evaluation base = program.evaluate(point);
        Set<Double> values = new HashSet<>();
        for (int seed = 0; seed < 60; seed++) {
            values.add(program.evaluate(point, Rounding.float64(base, seed))
                    .value(program.output("y"))
                    .item());
        }
        return values;
    }

    @Test
    void exactResultsStay() {
        assertThat(values(0.5, (b, w) -> b.subtract(b.constant(1), w))).containsExactly(0.5);
        assertThat(values(0.1, (b, w) -> b.multiply(w, 2))).containsExactly(0.2);
        assertThat(values(0.1, (b, w) -> b.subtract(b.multiply(w, 2), w))).containsExactly(0.1);
        assertThat(values(2.25, (b, w) -> b.unary(UnaryFunction.SQRT, w))).containsExactly(1.5);
        assertThat(values(1.5, (b, w) -> b.square(w))).containsExactly(2.25);
        assertThat(values(3, (b, w) -> b.divide(w, b.constant(4)))).containsExactly(0.75);
        assertThat(values(0, (b, w) -> b.unary(UnaryFunction.EXP, w))).containsExactly(1.0);
        assertThat(values(1, (b, w) -> b.unary(UnaryFunction.LOG, w))).containsExactly(0.0);
        assertThat(values(-0.1, (b, w) -> b.unary(UnaryFunction.ABS, w))).containsExactly(0.1);
        assertThat(values(
                        2, (b, w) -> b.sum(b.reshape(b.multiply(w, b.constant(Tensor.vector(1, 2, -3))), Shape.of(3)))))
                .containsExactly(0.0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.3, 0.7})
    void roundedResultsMoveByAFloat64OrTwoToEitherSide(double at) {
        double exact = at * 3;
        assertThat(values(at, (b, w) -> b.multiply(w, 3)).stream()
                        .mapToDouble(y -> (y - exact) / Math.ulp(exact))
                        .boxed())
                .allMatch(steps -> steps == Math.rint(steps) && Math.abs(steps) <= 2)
                .anyMatch(steps -> steps > 0)
                .anyMatch(steps -> steps < 0);
        assertThat(values(at, (b, w) -> b.unary(UnaryFunction.EXP, w))).hasSizeGreaterThan(1);
        assertThat(values(at, (b, w) -> b.unary(UnaryFunction.SOFTPLUS, w))).hasSizeGreaterThan(1);
        assertThat(values(at, (b, w) -> b.divide(w, b.constant(3)))).hasSizeGreaterThan(1);
    }

    /** Ten equal terms: off by up to (2 + sqrt(10)/4) u of their sizes, and one spacing. */
    @Test
    void aSumMovesByTheSizeOfItsTermsAndMoreTheMoreThereAre() {
        Set<Double> sums = values(
                0.1,
                (b, w) -> b.sum(b.multiply(
                        w, b.constant(Tensor.vector(1e4, -1e4, 1.1, -1.1, 1e4, -1e4, 3.3, -3.3, 0.3, -0.3)))));
        double size = 0.1 * (4e4 + 2.2 + 6.6 + 0.6);
        double bound = (2 + Math.sqrt(10) / 4) * U * size + 10 * U * size; // and the products'
        assertThat(sums).allMatch(sum -> Math.abs(sum) <= bound).anyMatch(sum -> Math.abs(sum) > U * size / 10);
    }

    private static final Formula EDGE =
            (b, w) -> b.subtract(b.subtract(b.multiply(w, 3), b.constant(0.1)), b.constant(0.2));

    @Test
    void stepsAndConditionsAreThoseOfTheBase() {
        assertThat(values(0.1, EDGE)).anyMatch(y -> y < 0).anyMatch(y -> y > 0);
        assertThat(values(0.1, (b, w) -> b.binary(BinaryFunction.LESS, b.constant(0), EDGE.of(b, w))))
                .containsExactly(1.0);
        assertThat(values(0.1, (b, w) -> b.unary(UnaryFunction.SIGN, EDGE.of(b, w))))
                .containsExactly(1.0);
        assertThat(values(0.1, (b, w) -> b.unary(UnaryFunction.FLOOR, EDGE.of(b, w))))
                .containsExactly(0.0);
    }

    /** The values of both sides meet, and another machine may be on the other. */
    @Test
    void atKinksARunTakesItsOwnSide() {
        List<Formula> kinks = List.of(
                (b, w) -> b.unary(UnaryFunction.RELU, EDGE.of(b, w)),
                (b, w) -> b.unary(UnaryFunction.ABS, EDGE.of(b, w)),
                (b, w) -> b.binary(BinaryFunction.MAXIMUM, b.constant(0), EDGE.of(b, w)),
                (b, w) -> b.max(
                        b.concat(0, List.of(b.reshape(EDGE.of(b, w), Shape.of(1)), b.constant(Tensor.vector(0))))));
        for (Formula kink : kinks) {
            assertThat(values(0.1, kink)).allMatch(y -> y >= 0).anyMatch(y -> y > 0);
        }
    }

    /** By the bits of exponents as by division by {@link Math#ulp}, bit for bit, up to infinity and down to 0. */
    @Test
    void straysByTheLastPlaceOfEveryNumber() {
        Draws draws = new Draws(5);
        for (int exponent = -1074; exponent <= 1023; exponent++) {
            double power = Math.scalb(1.0, exponent);
            for (double value : new double[] {power, -power, Math.nextDown(power), 1.5 * power}) {
                for (double size : new double[] {Math.abs(value), 3 * Math.abs(value), 200 * Math.abs(value), 1e-300}) {
                    assertStraysPlainly(draws, value, size);
                }
            }
        }
        for (double value : new double[] {0, -0.0, Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NaN}) {
            assertStraysPlainly(draws, value, 1);
        }
    }

    private static void assertStraysPlainly(Draws draws, double value, double size) {
        Double plain = Float64Rounding.strayAtTheEnds(draws.bits(value, size), value, size);
        assertThat(Double.valueOf(Float64Rounding.stray(draws, value, size))).isEqualTo(plain);
    }
}
