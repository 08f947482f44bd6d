package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileConstantTests {

    @ParameterizedTest
    @ValueSource(
            doubles = {
                (float) (1 / 3.0),
                0.33333334,
                1e-5,
                0.1,
                0.044715,
                (float) 1.4142135623730951,
                (float) 1e-5,
                (float) 0.1,
                -0.70710677
            })
    void aNumberThatFloat32ShortenedIsSeen(double value) {
        assertThat(FileConstant.wasRounded(value)).isTrue();
    }

    /** In few bits it was written as it is; with more digits than float32 has it was never in the file. */
    @ParameterizedTest
    @ValueSource(
            doubles = {0, 0.5, 2, 3.75, 1e3, 5001, 16_777_215, 1 / 3.0, Math.PI, 0x1p-40, Double.NEGATIVE_INFINITY})
    void aNumberThatWasWrittenAsItIsIsNone(double value) {
        assertThat(FileConstant.wasRounded(value)).isFalse();
    }

    /** Its own digits were never in the file, but it moves with those that were. */
    @Test
    void whatWasComputedFromAShortenedNumberMovesWithIt() {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.of(1));
        Node inverse = b.divide(b.constant(1), b.constant(0.33333334)); // folded
        Node exact = b.divide(b.constant(1), b.constant(3));
        Program program =
                b.output("y", b.sum(b.multiply(b.multiply(w, inverse), exact))).build();

        List<FileConstant> constants = FileConstant.of(program);

        assertThat(constants).hasSize(1);
        Map<String, Tensor> point = Map.of("w", Tensor.vector(1));
        double y = program.evaluate(point).value(program.output("y")).item();
        double moved = program.evaluate(point, FileConstant.moved(constants, 1))
                .value(program.output("y"))
                .item();
        assertThat(Math.abs(moved / y - 1)).isBetween(3e-8, 1.5e-7);
    }

    @Test
    void equalNumbersAreOneConstantAndMoveTogether() {
        ProgramBuilder b = new ProgramBuilder();
        double third = 0.33333334;
        Node w = b.parameter("w", Shape.of(2));
        Node scaled = b.multiply(b.multiply(w, b.constant(third)), b.constant(third));
        Node tensor = b.constant(Tensor.vector((float) 0.1, (float) 0.7));
        Program program = b.output("y", b.sum(b.multiply(b.leakyRelu(scaled, 0.16666667), tensor)))
                .build();
        List<FileConstant> constants = FileConstant.of(program);
        assertThat(constants).extracting(FileConstant::isSingle).containsExactly(true, true, false);
        assertThat(constants.get(0).nodes()).hasSize(2);
        Map<String, Tensor> point = Map.of("w", Tensor.vector(1, -1));
        double y = program.evaluate(point).value(program.output("y")).item();
        double moved = program.evaluate(point, FileConstant.moved(constants.subList(0, 1), 1))
                .value(program.output("y"))
                .item();
        assertThat(Math.abs(moved / y - 1)).isBetween(8.9e-8, 8.95e-8); // 2 x 2^-26 / third
    }
}
