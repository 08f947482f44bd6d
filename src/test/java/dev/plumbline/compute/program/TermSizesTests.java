package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TermSizesTests {

    private final ProgramBuilder b = new ProgramBuilder();
    private final Program program =
            b.output("y", b.sum(b.parameter("w", Shape.of(2)))).build();
    private final Node sum = program.output("y");

    /** Where terms of 1e8 cancel, a run strays by their last places, though it has been where they were small. */
    @Test
    void aSingleRunThatGoesElsewhereStraysAsThereIsDue() {
        Map<String, Tensor> small = Map.of("w", Tensor.vector(0.1, 0.2));
        Map<String, Tensor> large = Map.of("w", Tensor.vector(1e8 + 0.1, -1e8));
        double exact = program.evaluate(large).value(sum).item();
        double furthest = 0;
        for (int seed = 0; seed < 20; seed++) {
            Rounding rounding = Rounding.float64(program.evaluate(large), seed);
            double found =
                    program.evaluate(small, rounding).with(large).value(sum).item();
            furthest = Math.max(furthest, Math.abs(found - exact));
        }
        assertThat(furthest).isGreaterThan(0x1p-53 * 1e8);
    }

    @Test
    void runsThatShareThemTakeTheFirstOnes() {
        TermSizes shared = TermSizes.shared(program.evaluate(Map.of("w", Tensor.vector(0.1, 0.2))));
        double[] first = {1};
        assertThat(shared.forward(sum, () -> first)).isSameAs(first);
        assertThat(shared.forward(sum, () -> new double[] {2})).isSameAs(first);
    }
}
