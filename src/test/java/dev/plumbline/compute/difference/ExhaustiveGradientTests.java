package dev.plumbline.compute.difference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every entry by differences against our reverse mode: apart by no more than the differences' own error bars. */
class ExhaustiveGradientTests {

    static Collection<String> nets() {
        return Nets.all().keySet();
    }

    private static Objective net(String name) {
        return Objects.requireNonNull(Nets.all().get(name));
    }

    @ParameterizedTest
    @MethodSource("nets")
    void agreesWithReverseModeWithinItsOwnErrorBars(String name) {
        Objective objective = net(name);
        Map<String, Tensor> reverse = objective.gradient().byParameter();
        double largest = reverse.values().stream()
                .mapToDouble(ExhaustiveGradientTests::largest)
                .max()
                .orElseThrow();

        ExhaustiveGradient.of(objective, 5).forEach((parameter, numeric) -> {
            Tensor exact = Objects.requireNonNull(reverse.get(parameter));
            for (int i = 0; i < exact.size(); i++) {
                double error = Math.abs(numeric.values()[i] - exact.at(i));
                // Reverse mode itself rounds in its last digits.
                assertThat(error).as("%s[%d]", parameter, i).isLessThanOrEqualTo(numeric.bounds()[i] + 1e-14 * largest);
                // Error bars a thousandth of what is measured, or they would hide anything.
                assertThat(numeric.bounds()[i])
                        .as("bound of %s[%d]", parameter, i)
                        .isLessThan(1e-7 * largest);
                assertThat(numeric.kinkRadii()[i]).isLessThanOrEqualTo(numeric.bounds()[i]);
            }
        });
    }

    private static double largest(Tensor tensor) {
        double largest = 0;
        for (double value : tensor.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    @Test
    void differencesADenseLayerByItsUnits() {
        Objective objective = new Nets(1).mlp(UnaryFunction.TANH, 6, 4, 8, 6, 3);

        NumericTensor weight =
                Objects.requireNonNull(ExhaustiveGradient.of(objective, 1).get("layer1.weight"));

        assertThat(weight.way()).isEqualTo(NumericTensor.Way.NODES);
        // Four values for each of 8 units, and for two entries that are moved by themselves: not for 32 entries.
        assertThat(weight.evaluations()).isLessThanOrEqualTo(4 * (8 + 2));
    }

    /** Nothing reads a parameter that is the objective. */
    @Test
    void aParameterMayBeTheObjectiveItself() {
        for (boolean isReshaped : List.of(false, true)) {
            ProgramBuilder b = new ProgramBuilder();
            Node w = b.parameter("w", isReshaped ? Shape.of(1, 1) : Shape.SCALAR);
            b.output("y", b.reshape(w, Shape.SCALAR));
            Program program = b.build();
            Tensor at = Tensor.filled(w.shape(), 0.3);

            NumericTensor numeric = Objects.requireNonNull(
                    ExhaustiveGradient.of(new Objective(program, program.output("y"), Map.of("w", at)), 1)
                            .get("w"));

            assertThat(numeric.values()[0]).isEqualTo(1, within(1e-12));
            assertThat(numeric.bounds()[0]).isLessThan(1e-9);
        }
    }

    @Test
    void isTheSameForTheSameSeed() {
        Objective objective = net("CNN");
        NumericTensor once =
                Objects.requireNonNull(ExhaustiveGradient.of(objective, 3).get("conv3.weight"));
        NumericTensor again =
                Objects.requireNonNull(ExhaustiveGradient.of(objective, 3).get("conv3.weight"));

        assertThat(again.values()).isEqualTo(once.values());
        assertThat(again.bounds()).isEqualTo(once.bounds());
    }

    @Test
    void givesZeroForWhatNothingReads() {
        NumericTensor unread = Objects.requireNonNull(
                ExhaustiveGradient.of(net("zero gradients"), 3).get("unread"));

        assertThat(unread.values()).containsOnly(0);
        assertThat(unread.bounds()).containsOnly(0);
    }

    @Test
    void costsMoreForMoreParameters() {
        double small = ExhaustiveGradient.seconds(new Nets(1).mlp(UnaryFunction.TANH, 6, 4, 8, 3), 1e12);
        double large = ExhaustiveGradient.seconds(new Nets(1).mlp(UnaryFunction.TANH, 6, 16, 64, 3), 1e12);

        assertThat(large).isGreaterThan(4 * small);
    }
}
