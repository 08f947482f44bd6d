package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BranchesTests {

    /** One unit of 20 is much of a layer, one of 200 is not. */
    @ParameterizedTest
    @CsvSource({"20, false", "200, true"})
    void branchesAreMostlyTheSameButForAHundredth(int units, boolean isMostly) {
        ProgramBuilder b = new ProgramBuilder();
        b.output("f", b.sum(b.unary(UnaryFunction.RELU, b.parameter("w", Shape.of(units)))));
        Program program = b.build();
        double[] off = Tensor.filled(Shape.of(units), 1).values().clone();
        off[3] = -1;
        Evaluation on = program.evaluate(Map.of("w", Tensor.filled(Shape.of(units), 1)));
        Evaluation other = program.evaluate(Map.of("w", Tensor.vector(off)));
        assertThat(Branches.same(on, other, Leaning.NONE)).isFalse();
        assertThat(Branches.mostlySame(on, other)).isEqualTo(isMostly);
        assertThat(Branches.mostlySame(on, on)).isTrue();
    }
}
