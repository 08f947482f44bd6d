package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.BinaryFunction.MAXIMUM;
import static dev.plumbline.compute.program.UnaryFunction.ABS;
import static dev.plumbline.compute.program.UnaryFunction.COS;
import static dev.plumbline.compute.program.UnaryFunction.ERF;
import static dev.plumbline.compute.program.UnaryFunction.EXP;
import static dev.plumbline.compute.program.UnaryFunction.FLOOR;
import static dev.plumbline.compute.program.UnaryFunction.LOG;
import static dev.plumbline.compute.program.UnaryFunction.RELU;
import static dev.plumbline.compute.program.UnaryFunction.SIGMOID;
import static dev.plumbline.compute.program.UnaryFunction.SIN;
import static dev.plumbline.compute.program.UnaryFunction.SOFTPLUS;
import static dev.plumbline.compute.program.UnaryFunction.SQRT;
import static dev.plumbline.compute.program.UnaryFunction.STOP_GRADIENT;
import static dev.plumbline.compute.program.UnaryFunction.TANH;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole programs whose float64 gradient cancellation drowns, against mpmath (fixtures/doubledouble/make_programs.py). */
class ExtendedGradientTests {

    private static final Path TABLE = Path.of("src/test/resources/fixtures/doubledouble/programs.csv");

    private interface Function {
        Node of(ProgramBuilder b, Node w);
    }

    /** A function of a vector w, and how many bits of its value and of the largest entry of its gradient are left. */
    enum Case {
        versine(91, 67, (b, w) -> b.divide(b.subtract(b.constant(1), b.unary(COS, w)), b.square(w))),
        saturatedTanh(54, 104, (b, w) -> b.subtract(b.constant(1), b.square(b.unary(TANH, w)))),
        certainClass(80, 75, (b, w) -> b.negate(b.unary(LOG, b.subtract(b.constant(1), b.unary(SIGMOID, w))))),
        secondOrderExponential(
                83, 67, (b, w) -> b.divide(b.subtract(b.subtract(b.unary(EXP, w), b.constant(1)), w), b.square(w))),
        farHyperbola(74, 76, (b, w) -> b.subtract(b.unary(SQRT, b.add(b.square(w), b.constant(1))), w)),
        logSumOfExponentials(
                59,
                66,
                (b, w) -> b.subtract(
                        b.unary(LOG, b.add(b.unary(EXP, entry(b, w, 0)), b.unary(EXP, entry(b, w, 1)))),
                        entry(b, w, 0))),
        logOfComplementOfErf(75, 70, (b, w) -> b.unary(LOG, b.subtract(b.constant(1), b.unary(ERF, w)))),
        sineWithoutItsTangent(88, 91, (b, w) -> b.subtract(b.unary(SIN, w), w)),
        cosecantWithoutItsPole(
                86, 84, (b, w) -> b.subtract(b.divide(b.constant(1), b.unary(SIN, w)), b.divide(b.constant(1), w))),
        compoundInterest(104, 85, (b, w) -> b.power(b.add(b.constant(1), w), b.divide(b.constant(1), w))),
        softplusWithoutRelu(61, 66, (b, w) -> b.subtract(b.unary(SOFTPLUS, w), b.unary(RELU, w))),
        determinant(
                60,
                104,
                (b, w) -> b.subtract(
                        b.multiply(entry(b, w, 0), entry(b, w, 1)), b.multiply(entry(b, w, 2), entry(b, w, 3)))),
        varianceByMoments(66, 104, (b, w) -> b.subtract(b.mean(b.square(w), 0), b.square(b.mean(w, 0)))),
        layerNorm(104, 103, (b, w) -> weighted(b, Compositions.normalize(b, w, 1e-5, 0))),
        batchNorm(104, 104, (b, w) -> {
            Node normalized = Compositions.normalize(b, b.reshape(w, Shape.of(4, 2)), 1e-5, 0);
            Node first = b.reshape(b.slice(normalized, 1, 0, 1, 1), Shape.of(4));
            Node second = b.reshape(b.slice(normalized, 1, 1, 1, 1), Shape.of(4));
            return b.add(weighted(b, first), weighted(b, b.power(second, b.constant(3))));
        }),
        softmax(104, 104, (b, w) -> weighted(b, Compositions.softmax(b, w, 0))),
        logSumExp(104, 104, (b, w) -> Compositions.logSumExp(b, w, 0)),
        gelu(88, 93, Compositions::gelu);

        private final int valueBits;
        private final int gradientBits;
        private final Function function;

        Case(int valueBits, int gradientBits, Function function) {
            this.valueBits = valueBits;
            this.gradientBits = gradientBits;
            this.function = function;
        }
    }

    private static Node entry(ProgramBuilder b, Node w, int i) {
        return b.reshape(b.slice(w, 0, i, 1, 1), Shape.of(1));
    }

    private static Node weighted(ProgramBuilder b, Node x) {
        return b.sum(b.multiply(b.constant(Tensor.vector(0.5, -1.25, 2, 0.75)), x), 0);
    }

    private static Objective objective(Function function, double... point) {
        ProgramBuilder b = new ProgramBuilder();
        Node y = function.of(b, b.parameter("w", Shape.of(point.length)));
        Program program = b.output("y", y).build();
        return new Objective(program, program.output("y"), Map.of("w", Tensor.vector(point)));
    }

    private static DoubleDouble entry(ExtendedGradient gradient, int i) {
        return new DoubleDouble(
                Objects.requireNonNull(gradient.byParameter().get("w")).at(i),
                Objects.requireNonNull(gradient.restByParameter().get("w")).at(i));
    }

    @ParameterizedTest
    @EnumSource(Case.class)
    void valueAndGradientAreRightToTheBitsThatCancellationLeaves(Case example) throws IOException {
        String[] row = Files.readAllLines(TABLE).stream()
                .map(line -> line.split(","))
                .filter(parts -> parts[0].equals(example.name()))
                .findFirst()
                .orElseThrow();
        double[] point = Arrays.stream(row[1].split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
        List<BigDecimal> exact =
                Arrays.stream(row[2].split(" ")).map(BigDecimal::new).toList();
        ExtendedGradient gradient = ExtendedGradient.of(objective(example.function, point));
        assertClose(gradient.value(), exact.get(0), exact.get(0), example.valueBits);
        BigDecimal largest = exact.stream()
                .skip(1)
                .map(BigDecimal::abs)
                .max(BigDecimal::compareTo)
                .orElseThrow();
        for (int i = 0; i < point.length; i++) {
            assertClose(entry(gradient, i), exact.get(i + 1), largest, example.gradientBits);
        }
    }

    private static void assertClose(DoubleDouble found, BigDecimal exact, BigDecimal size, int bits) {
        BigDecimal value = new BigDecimal(found.hi()).add(new BigDecimal(found.lo()));
        BigDecimal bound = size.abs().multiply(new BigDecimal(Math.scalb(1.0, -bits)));
        assertThat(value.subtract(exact).abs()).isLessThanOrEqualTo(bound);
    }

    @Test
    void float64DrownsWhereThisDoesNot() {
        double exact = -8.333332777777793e-5;
        Objective objective = objective(Case.versine.function, 1e-3);
        double float64 = Objects.requireNonNull(
                        objective.gradient().byParameter().get("w"))
                .item();
        assertThat(Math.abs(float64 - exact)).isGreaterThan(1e-4 * Math.abs(exact));
        assertThat(entry(ExtendedGradient.of(objective), 0).hi()).isEqualTo(exact);
    }

    /** 1e-20 is nothing beside 1 in float64, but something in double-double. */
    @Test
    void branchesAreThoseOfFloat64() {
        Function lost = (b, w) -> b.subtract(b.add(w, b.constant(1)), b.constant(1));
        assertGradient(objective((b, w) -> b.unary(RELU, lost.of(b, w)), 1e-20), 0, 0);
        assertGradient(objective((b, w) -> b.leakyRelu(lost.of(b, w), 0.25), 1e-20), 0.25e-20, 0.25);
        assertGradient(objective((b, w) -> b.unary(ABS, lost.of(b, w)), 1e-20), 1e-20, 0);
        assertGradient(objective((b, w) -> b.select(lost.of(b, w), b.multiply(w, 2), b.multiply(w, 3)), 1), 2, 2);
        assertGradient(
                objective((b, w) -> b.select(lost.of(b, w), b.multiply(w, 2), b.multiply(w, 4)), 0x1p-60), 0x1p-58, 4);
        assertGradient(objective((b, w) -> b.add(w, b.unary(FLOOR, b.negate(lost.of(b, w)))), 0x1p-60), 0x1p-60, 1);
        assertGradient(objective((b, w) -> b.binary(MAXIMUM, lost.of(b, w), b.constant(0)), 1e-20), 1e-20, 0.5);
    }

    @Test
    void tiesAreSharedAsInReverseMode() {
        assertGradient(objective((b, w) -> b.max(w, 0), 2, 2, 1), 2, 0.5, 0.5, 0);
        assertGradient(objective((b, w) -> b.binary(MAXIMUM, entry(b, w, 0), entry(b, w, 1)), 2, 2), 2, 0.5, 0.5);
        assertGradient(
                objective((b, w) -> b.maxPool(b.reshape(w, Shape.of(1, 1, 1, 3)), Window.of(1, 3)), 1, 2, 2),
                2,
                0,
                1,
                0);
    }

    @Test
    void stoppedValuePassesAndItsDerivativeDoesNot() {
        assertGradient(objective((b, w) -> b.multiply(w, b.unary(STOP_GRADIENT, w)), 3), 9, 3);
        assertGradient(objective((b, w) -> b.unary(SQRT, b.unary(STOP_GRADIENT, w)), 0), 0, 0);
    }

    /** Float64's reverse mode gives NaN for the first: 0 times the infinite slope of a root at 0. */
    @Test
    void cotangentOfZeroContributesNothing() {
        assertGradient(objective((b, w) -> b.multiply(b.unary(SQRT, w), 0), 0), 0, 0);
        assertGradient(objective((b, w) -> b.select(w, b.unary(LOG, w), b.constant(Tensor.vector(7))), 0), 7, 0);
        assertGradient(objective((b, w) -> b.unary(SQRT, b.unary(RELU, w)), -1), 0, 0);
    }

    @Test
    void parameterThatIsNotReadHasGradientZero() {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.of(1));
        b.parameter("idle", Shape.of(2));
        Program program = b.output("y", b.square(w)).build();
        Map<String, Tensor> point = Map.of("w", Tensor.vector(3), "idle", Tensor.vector(1, 2));
        ExtendedGradient gradient = ExtendedGradient.of(new Objective(program, program.output("y"), point));
        assertThat(Objects.requireNonNull(gradient.byParameter().get("w")).item())
                .isEqualTo(6);
        assertThat(Objects.requireNonNull(gradient.byParameter().get("idle")).values())
                .containsOnly(0);
        assertThat(Objects.requireNonNull(gradient.restByParameter().get("idle"))
                        .values())
                .containsOnly(0);
    }

    /** Two for a product with its sum, in three passes; of a vector's n exponentials 25 each. */
    @Test
    void costCountsProductsAndElementaryFunctions() {
        Objective product =
                objective((b, w) -> b.matmul(b.reshape(w, Shape.of(1, 8)), b.reshape(w, Shape.of(8, 1))), point(8));
        assertThat(ExtendedGradient.cost(product.program())).isBetween(3 * 2 * 8.0, 3 * 6 * 8.0);
        Objective exponentials = objective((b, w) -> b.sum(b.unary(EXP, w), 0), point(8));
        assertThat(ExtendedGradient.cost(exponentials.program())).isBetween(3 * 25 * 8.0, 3 * 28 * 8.0);
    }

    private static double[] point(int size) {
        double[] point = new double[size];
        Arrays.fill(point, 0.5);
        return point;
    }

    private static void assertGradient(Objective objective, double value, double... expected) {
        ExtendedGradient gradient = ExtendedGradient.of(objective);
        assertThat(gradient.value().hi()).isEqualTo(value);
        assertThat(Objects.requireNonNull(gradient.byParameter().get("w")).values())
                .isEqualTo(expected);
    }
}
