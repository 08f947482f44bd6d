package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Infinities and NaN among the data are taken where an operation ends them, and refused by name where none does. */
class NonFiniteDataTests {

    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private final ProgramBuilder b = new ProgramBuilder();

    @Test
    void aMaskEndsInASoftmax() {
        assertThatCode(() -> require(-INFINITY, (x, m) -> Compositions.softmax(b, b.add(x, m), 0)))
                .doesNotThrowAnyException();
        assertRefused("subtract", () -> require(INFINITY, (x, m) -> Compositions.softmax(b, b.add(x, m), 0)));
    }

    @Test
    void aComparisonAndTheBranchNotTakenMayBeAnything() {
        for (double value : new double[] {INFINITY, -INFINITY, Double.NaN}) {
            assertThatCode(() -> require(
                            value,
                            (x, m) -> b.select(b.binary(BinaryFunction.LESS, m, b.constant(1)), b.constant(2), x)))
                    .doesNotThrowAnyException();
        }
        assertThatCode(() -> require(INFINITY, (x, m) -> b.binary(BinaryFunction.MINIMUM, x, m)))
                .doesNotThrowAnyException();
    }

    @Test
    void arithmeticCannotTakeIt() {
        assertRefused("multiply", () -> require(INFINITY, (x, m) -> b.multiply(x, m)));
        assertRefused("add", () -> require(Double.NaN, (x, m) -> b.add(x, m)));
        assertRefused("exp", () -> require(INFINITY, (x, m) -> b.unary(UnaryFunction.EXP, b.add(x, m))));
    }

    private void require(double value, BiFunction<Node, Node, Node> model) {
        Node x = b.parameter("x", Tensor.vector(1, 2));
        b.output("y", model.apply(x, b.data("m", x.shape())));
        NonFiniteData.require(b.build(), Map.of("x", Tensor.vector(1, 2), "m", Tensor.vector(0, value)));
    }

    private static void assertRefused(String operation, Runnable attempt) {
        Problem problem = catchThrowableOfType(Problem.class, attempt::run);
        assertThat(problem).isNotNull();
        assertThat(problem.pointer()).isEqualTo("/data/m/1");
        assertThat(problem.explanation()).contains(operation);
        assertThat(problem.expected()).contains("finite");
    }
}
