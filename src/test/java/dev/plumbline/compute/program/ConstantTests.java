package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What constants that were folded when a program was built are off by in float32. */
class ConstantTests {

    /** The fraction of a position near 512 is off by an ulp of 512, half of one and more, not by one of a half. */
    @Test
    void theFractionOfAPositionIsAsCoarseAsThePosition() {
        ProgramBuilder b = new ProgramBuilder();
        Node position = b.multiply(b.constant(301), 1.7000001);
        Node fraction = b.subtract(position, b.unary(UnaryFunction.FLOOR, position));
        Program program = b.output("y", b.multiply(b.parameter("w", Shape.SCALAR), fraction))
                .build();

        assertThat(spread(program)).isBetween(512 * 0x1p-25, 512 * 0x1p-21);
    }

    /** Exact in float32, and so what is made of it. */
    @Test
    void countsAndHalvesStayAsTheyAre() {
        ProgramBuilder b = new ProgramBuilder();
        Node half = b.divide(b.constant(300), b.constant(8));
        Node fraction = b.subtract(half, b.unary(UnaryFunction.FLOOR, half));
        Program program = b.output("y", b.multiply(b.parameter("w", Shape.SCALAR), fraction))
                .build();

        assertThat(spread(program)).isZero();
    }

    private static double spread(Program program) {
        Map<String, Tensor> point = Map.of("w", Tensor.scalar(1));
        Evaluation base = program.evaluate(point);
        Node y = program.output("y");
        return IntStream.range(0, 32)
                .mapToDouble(seed -> Math.abs(program.evaluate(point, Rounding.random(Datatype.FP32, base, seed))
                                .value(Objects.requireNonNull(y))
                                .item()
                        - base.value(y).item()))
                .max()
                .orElseThrow();
    }
}
