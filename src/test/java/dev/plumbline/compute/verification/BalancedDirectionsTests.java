package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two tensors of size 1: {@code first} has a gradient of 1, {@code second} a small one, and rounding that may exceed it. */
class BalancedDirectionsTests {

    private static BalancedDirections directions(double gradient, double rounding) {
        ProgramBuilder b = new ProgramBuilder();
        Tensor one = Tensor.vector(1);
        Node loss = b.sum(b.add(b.parameter("first", one), b.parameter("second", one)), 0);
        Program program = b.output("loss", loss).build();
        return BalancedDirections.of(
                new Objective(program, program.output("loss"), Map.of("first", one, "second", one)),
                Map.of("first", one, "second", Tensor.vector(gradient)),
                Map.of("first", Tensor.vector(0x1p-53), "second", Tensor.vector(rounding)));
    }

    /** How much a tensor adds to the slope, for what {@code first} adds. */
    private static double share(BalancedDirections directions, double gradient) {
        return weight(directions, "second") * gradient / weight(directions, "first");
    }

    private static double weight(BalancedDirections directions, String name) {
        return Objects.requireNonNull(directions.weights().get(name));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-3, 1e-20, 1e-200})
    void aTensorWeighsTheSameHoweverSmallItsGradient(double gradient) {
        BalancedDirections directions = directions(gradient, 1e-11 * gradient);

        assertThat(share(directions, gradient)).isBetween(1 - 1e-12, 1 + 1e-12);
        assertThat(directions.weights().values()).allMatch(weight -> weight <= 1);
    }

    /** Rounding, blown up with the gradient, would look like another piece; held lower, the certificate would be worse. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-8, 1e-4, 0.5})
    void roundingStaysBelowWhatTellsPiecesApartButNotByMuch(double rounding) {
        double gradient = 1e-6;
        BalancedDirections directions = directions(gradient, rounding * gradient);

        assertThat(share(directions, rounding * gradient))
                .isLessThan(Neighbourhood.ALIKE)
                .isGreaterThan(Neighbourhood.ALIKE / 8);
    }

    @Test
    void aGradientThatIsAllRoundingMovesForItsSize() {
        assertThat(directions(1e-17, 1e-16).weights())
                .containsEntry("first", 1.0)
                .containsEntry("second", 1.0);
    }
}
