package dev.plumbline.compute.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SpreadsTests {

    private final ProgramBuilder b = new ProgramBuilder();
    private final Node w = b.parameter("w", Shape.SCALAR);

    private Objective objective(Node output, double at) {
        Program program = b.output("y", output).build();
        return new Objective(program, program.output("y"), Map.of("w", Tensor.scalar(at)));
    }

    /** Of what the last operation reads. */
    private static Node operand(Objective objective) {
        return objective.output().inputs().get(0);
    }

    private static double spread(Objective objective, long seed) {
        return Objects.requireNonNull(Spreads.of(objective, seed).spread(operand(objective)))[0];
    }

    /**
     * {@code 3 w - 0.3} at 0.1 is 5.6e-17 and would be 0 without rounding. The product's one spacing is all its noise: eight
     * runs hardly ever overlook it.
     */
    @Test
    void anOperandThatRoundingKeepsFromTheEdgeIsAtIt() {
        Node difference = b.add(b.multiply(w, 3), b.constant(-0.3));
        Objective objective = objective(b.unary(UnaryFunction.RELU, difference), 0.1);
        double off = Math.abs(objective.base().value(operand(objective)).item());
        assertThat(off).isPositive();
        int seen = 0;
        for (long seed = 0; seed < 50; seed++) {
            double spread = spread(objective, 100 * seed);
            assertThat(spread).isLessThanOrEqualTo(4 * off);
            seen += off <= 1.5 * spread ? 1 : 0;
        }
        assertThat(seen).isGreaterThanOrEqualTo(49);
    }

    @Test
    void whatIsExactHasNoSpread() {
        Node operand = b.subtract(w, b.constant(0.5));
        Objective objective = objective(b.unary(UnaryFunction.ABS, operand), 0.75);
        assertThat(spread(objective, 1)).isZero();
        assertThat(Spreads.of(objective, 1).objectiveNoise()).isZero();
    }

    @Test
    void aParameterHasNoSpreadHoweverSmallItIs() {
        Objective objective = objective(b.unary(UnaryFunction.RELU, w), 1e-300);
        assertThat(spread(objective, 1)).isZero();
    }

    /** {@code 1 - sigmoid(24)} is 3.8e-11 and its noise a unit in the last place of 1, which its own digits hide. */
    @Test
    void theObjectivesNoiseIsThatOfItsIntermediateValues() {
        Objective objective = objective(b.subtract(b.constant(1), b.unary(UnaryFunction.SIGMOID, w)), 24);
        assertThat(Spreads.of(objective, 1).objectiveNoise()).isBetween(0x1p-54, 0x1p-52);
    }

    @Test
    void onlyOperandsOfEdgesAreWatched() {
        Node tanh = b.unary(UnaryFunction.TANH, w);
        Objective objective = objective(b.multiply(tanh, 2), 0.3);
        assertThat(Spreads.of(objective, 1).spread(operand(objective))).isNull();
    }

    /**
     * {@code -log(1 - sigmoid(w))} at 23.5: sigmoid is rounded to a multiple of 2^-53, 1.1e-16 of 6.2e-11 that are left; so
     * the objective is off by up to that quotient, and element-wise rounding is not lost on the way.
     */
    @Test
    void theObjectivesNoiseIsWhatCancellationMakesOfOneRounding() {
        Node left = b.subtract(b.constant(1), b.unary(UnaryFunction.SIGMOID, w));
        Objective objective = objective(b.multiply(b.unary(UnaryFunction.LOG, left), -1), 23.5);
        double unit = 0x1p-53 * Math.exp(23.5);
        for (long seed = 0; seed < 20; seed++) {
            assertThat(Spreads.of(objective, 100 * seed).objectiveNoise()).isBetween(0.3 * unit, 2 * unit);
        }
    }
}
