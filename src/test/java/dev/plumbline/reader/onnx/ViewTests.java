package dev.plumbline.reader.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewTests {

    private static final Tensor WEIGHT = weight(1);

    private static Tensor weight(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Tensor.zeros(Shape.of(4, 6))
                .map(zero -> random.nextDouble(-1, 1))
                .as(Datatype.FP32);
    }

    private static Tensor folded(Shape shape, IntToDoubleFunction values) {
        double[] folded = new double[shape.size()];
        for (int i = 0; i < folded.length; i++) {
            folded[i] = values.applyAsDouble(i);
        }
        return Tensor.of(shape, folded).as(Datatype.FP32);
    }

    /** The view as the program computes it, which is what the export had computed. */
    private static void assertFound(Tensor weight, Tensor folded) {
        View view = Objects.requireNonNull(View.of(weight, folded));
        ProgramBuilder b = new ProgramBuilder();
        Node node = view.of(b, b.parameter("w", weight));
        Program program = b.output("view", node).build();
        Tensor computed = program.evaluate(Map.of("w", weight)).value(program.output("view"));
        assertThat(computed.shape()).isEqualTo(folded.shape());
        for (int i = 0; i < folded.size(); i++) {
            assertThat(computed.at(i)).isCloseTo(folded.at(i), within(1e-6));
        }
    }

    private static @Nullable View view(Tensor folded) {
        return View.of(WEIGHT, folded);
    }

    @Test
    void partsAndTheirNegativesAreFound() {
        assertFound(WEIGHT, folded(Shape.of(4), i -> WEIGHT.at(6 * i)));
        assertFound(WEIGHT, folded(Shape.of(2, 3), i -> -WEIGHT.at(23 - i)));
        assertFound(WEIGHT, folded(Shape.SCALAR, i -> WEIGHT.at(9)));
        assertFound(WEIGHT, folded(Shape.of(3, 6), i -> WEIGHT.at(i % 6)));
    }

    @ParameterizedTest
    @CsvSource({"2.5, 0", "-0.3333333333, 0", "1.41421356, 0", "-1, 1", "1, 0.1", "0.5, -2"})
    void linesThroughAllOfItAreFound(double factor, double offset) {
        assertFound(WEIGHT, folded(WEIGHT.shape(), i -> factor * WEIGHT.at(i) + offset));
        assertFound(WEIGHT, folded(Shape.of(6, 4), i -> factor * WEIGHT.at(i % 4 * 6 + i / 4) + offset));
    }

    @Test
    void whatIsNoPartAndOnNoLineIsNot() {
        assertThat(view(folded(WEIGHT.shape(), i -> WEIGHT.at(i) * WEIGHT.at(i))))
                .isNull();
        assertThat(view(folded(WEIGHT.shape(), i -> 2.5 * WEIGHT.at(i) + (i == 7 ? 1e-6 : 0))))
                .isNull();
        assertThat(view(weight(2))).isNull();
        assertThat(view(folded(Shape.of(4), i -> i == 3 ? 0.3 : WEIGHT.at(i)))).isNull();
    }

    /** A factor of many digits comes from the largest number, whose rounding is the others'. */
    @Test
    void aFactorOfManyDigitsIsKnownToRounding() {
        View view = Objects.requireNonNull(view(folded(WEIGHT.shape(), i -> Math.E * WEIGHT.at(i))));
        assertThat(view.factor()).isCloseTo(Math.E, within(Math.E * 0x1p-23));
        assertThat(Objects.requireNonNull(view(folded(WEIGHT.shape(), i -> 0.0625 * WEIGHT.at(i))))
                        .factor())
                .isEqualTo(0.0625);
        assertThat(Objects.requireNonNull(view(folded(WEIGHT.shape(), i -> WEIGHT.at(i) / 3)))
                        .factor())
                .isEqualTo(1.0 / 3);
        assertThat(Objects.requireNonNull(view(folded(WEIGHT.shape(), i -> 1.2345678 * WEIGHT.at(i))))
                        .factor())
                .isNotEqualTo(1.2346);
    }

    /** Numbers that many weights have say nothing, and one that stands in two places does not say in which. */
    @Test
    void chanceIsNoView() {
        Tensor coarse = Tensor.vector(0.25, 0.5, 0.75, 1.25).as(Datatype.FP32);
        assertThat(View.of(coarse, Tensor.vector(0.5, 0.25).as(Datatype.FP32))).isNull();
        Tensor fine = Tensor.vector(8193 / 16384.0, 0.5, 0.75, 1.25).as(Datatype.FP32);
        assertThat(View.of(fine, Tensor.vector(8193 / 16384.0, 0.5).as(Datatype.FP32)))
                .isNotNull();
        Tensor twice = Tensor.vector(0.3, 0.7, 0.3, 0.9).as(Datatype.FP32);
        assertThat(View.of(twice, Tensor.vector(0.3, 0.7).as(Datatype.FP32))).isNull();
        Tensor three = Tensor.vector(0.3, 0.7, 0.2).as(Datatype.FP32);
        assertThat(View.of(three, three.map(w -> 2 * w + 1))).isNull();
    }
}
