package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** NaN, infinities, overflow and ties: what the rows of the table keep away from. */
class ExtremesTests {

    private static final double NAN = Double.NaN;
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static double[] value(Op op, Tensor... inputs) {
        List<Tensor> all = List.of(inputs);
        return op.value(all, op.shape(all.stream().map(Tensor::shape).toList()));
    }

    private static double[][] gradient(Op op, Tensor... inputs) {
        List<Tensor> all = List.of(inputs);
        Shape shape = op.shape(all.stream().map(Tensor::shape).toList());
        double[][] into = all.stream().map(x -> new double[x.size()]).toArray(double[][]::new);
        op.pullBack(
                all,
                Tensor.of(shape, op.value(all, shape)),
                Tensor.filled(shape, 1).values(),
                into);
        return into;
    }

    /** A value that is not a number must be seen at the end, not be chosen away. */
    @ParameterizedTest
    @EnumSource(value = UnaryFunction.class)
    void nanStaysNan(UnaryFunction function) {
        assertThat(value(new Unary(function), Tensor.vector(NAN))).containsExactly(NAN);
    }

    @ParameterizedTest
    @EnumSource(names = {"ADD", "SUBTRACT", "MULTIPLY", "DIVIDE", "POWER", "MAXIMUM", "MINIMUM"})
    void nanOnEitherSideGivesNan(BinaryFunction function) {
        assertThat(value(new Binary(function), Tensor.vector(NAN, 3), Tensor.vector(3, NAN)))
                .containsExactly(NAN, NAN);
    }

    @ParameterizedTest
    @EnumSource(names = {"LESS", "LESS_OR_EQUAL", "EQUAL"})
    void nothingComparesWithNan(BinaryFunction function) {
        assertThat(value(new Binary(function), Tensor.vector(NAN, 3, NAN), Tensor.vector(3, NAN, NAN)))
                .containsExactly(0, 0, 0);
    }

    @Test
    void nanWinsEveryMaximum() {
        Tensor image = Tensor.of(Shape.of(1, 1, 1, 4), 5, NAN, 7, 1);
        assertThat(value(new MaxPool(Window.of(1, 2)), image)).containsExactly(NAN, NAN, 7);
        assertThat(gradient(new MaxPool(Window.of(1, 2)), image)[0]).containsExactly(0, 2, 1, 0);
        assertThat(value(new Reduce(Reduce.Kind.MAX, List.of(3)), image)).containsExactly(NAN);
    }

    @Test
    void aMaximumOfMinusInfinitiesIsTheFirst() {
        Tensor image = Tensor.filled(Shape.of(1, 1, 1, 2), -INFINITY);
        assertThat(value(new MaxPool(Window.of(1, 2)), image)).containsExactly(-INFINITY);
        assertThat(gradient(new MaxPool(Window.of(1, 2)), image)[0]).containsExactly(1, 0);
    }

    @Test
    void tiesAreSharedOrGoToTheFirst() {
        Tensor x = Tensor.of(Shape.of(1, 1, 1, 4), 2, 2, 1, 2);
        assertThat(gradient(new Reduce(Reduce.Kind.MAX, List.of(3)), x)[0])
                .containsExactly(1 / 3.0, 1 / 3.0, 0, 1 / 3.0);
        assertThat(gradient(new MaxPool(Window.of(1, 4)), x)[0]).containsExactly(1, 0, 0, 0);
        double[][] maximum = gradient(new Binary(BinaryFunction.MAXIMUM), Tensor.vector(2), Tensor.vector(2));
        assertThat(maximum[0]).containsExactly(0.5);
        assertThat(maximum[1]).containsExactly(0.5);
    }

    @Test
    void kinksAtZeroHaveOneElementOfTheSubdifferential() {
        Tensor zeros = Tensor.vector(0, -0.0);
        assertThat(gradient(new Unary(UnaryFunction.RELU), zeros)[0]).containsExactly(0, 0);
        assertThat(gradient(new Unary(UnaryFunction.ABS), zeros)[0]).containsExactly(0, 0);
        assertThat(gradient(new LeakyRelu(0.1), zeros)[0]).containsExactly(0.1, 0.1);
        assertThat(gradient(new Unary(UnaryFunction.SOFTPLUS), zeros)[0]).containsExactly(0.5, 0.5);
    }

    @Test
    void softplusNeitherOverflowsNorLosesItsTail() {
        double[] values = value(new Unary(UnaryFunction.SOFTPLUS), Tensor.vector(-700, -40, 40, 1e300));
        assertThat(values).containsExactly(Math.exp(-700), Math.exp(-40), 40, 1e300);
    }

    /** {@code a / b^2} is 1 where b^2 has overflowed or vanished. */
    @Test
    void theDerivativeOfAQuotientDoesNotOverflowOnTheWay() {
        double[][] gradient = gradient(
                new Binary(BinaryFunction.DIVIDE),
                Tensor.vector(0x1p1000, 0x1p-1000),
                Tensor.vector(0x1p520, 0x1p-540));
        assertThat(gradient[1]).containsExactly(-0x1p-40, -0x1p80);
    }

    @Test
    void powersOfZeroHaveTheDerivativesOfPyTorch() {
        double[][] gradient =
                gradient(new Binary(BinaryFunction.POWER), Tensor.vector(0, 0, 0, 0), Tensor.vector(0, 1, 2, 3));
        assertThat(gradient[0]).containsExactly(0, 1, 0, 0);
        assertThat(gradient[1]).containsExactly(0, 0, 0, 0);
    }

    @Test
    void aSumOfNothingIsZero() {
        assertThat(value(new Reduce(Reduce.Kind.SUM, List.of(0)), Tensor.zeros(Shape.of(0, 2))))
                .containsExactly(0, 0);
        assertThat(value(new MatMul(false, false), Tensor.zeros(Shape.of(1, 0)), Tensor.zeros(Shape.of(0, 2))))
                .containsExactly(0, 0);
    }
}
