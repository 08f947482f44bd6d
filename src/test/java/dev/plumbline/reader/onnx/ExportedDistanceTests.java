package dev.plumbline.reader.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which powers are PyTorch's misplaced epsilon, and which are what they say. */
class ExportedDistanceTests {

    private static boolean isRead(int p, double exponent) {
        ProgramBuilder b = new ProgramBuilder();
        Node difference = b.subtract(b.parameter("x", Shape.of(2, 3)), b.parameter("y", Shape.of(2, 3)));
        Node powered = p == 1 ? difference : b.binary(BinaryFunction.POWER, difference, b.constant(p));
        return ExportedDistance.norm(b, b.sum(powered, 1), b.constant(exponent)) != null;
    }

    /** As the exporter writes it, in float32 and in float64. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16})
    void theExportersExponentIsReadAsItsNorm(int p) {
        double exponent = 1 / (p + 1e-6);
        assertThat(isRead(p, exponent)).isTrue();
        assertThat(isRead(p, (float) exponent)).isTrue();
    }

    /** A plain root in float32 is off by up to {@code p 2^-24}, which is no epsilon; nor is another epsilon. */
    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "3, 0", "5, 0", "6, 0", "7, 0", "10, 0", "11, 0", "3, 4e-6", "2, 5e-6", "3, 2e-7"})
    void aRootIsItself(int p, double epsilon) {
        double exponent = 1 / (p + epsilon);
        assertThat(isRead(p, exponent)).isFalse();
        assertThat(isRead(p, (float) exponent)).isFalse();
    }
}
