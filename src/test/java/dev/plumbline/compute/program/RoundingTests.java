package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoundingTests {

    private static final Tensor W = Samples.normal(1, 40);

    private interface Formula {
        Node of(ProgramBuilder b, Node w);
    }

    private static Program program(Formula formula) {
        ProgramBuilder b = new ProgramBuilder();
        return b.output("y", formula.of(b, b.parameter("w", W.shape()))).build();
    }

    private static Rounding random(Datatype datatype, Program program, long seed) {
        return Rounding.random(datatype, program.evaluate(Map.of("w", W)), seed);
    }

    private static Tensor value(Program program, Rounding rounding) {
        return program.evaluate(Map.of("w", W), rounding).value(program.output("y"));
    }

    private static Tensor gradient(Program program, Rounding rounding) {
        return Objects.requireNonNull(program.evaluate(Map.of("w", W), rounding)
                .gradient(program.output("y"))
                .byParameter()
                .get("w"));
    }

    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void eachResultBecomesANeighbourItHasInTheDatatype(Datatype datatype) {
        Program program = program((b, w) -> b.divide(b.constant(1), w));
        Tensor exact = value(program, Rounding.NONE);
        Tensor ofTheDatatype = W.as(datatype);
        Tensor exp = program.evaluate(Map.of("w", ofTheDatatype)).value(program.output("y"));
        int above = 0;
        Tensor rounded = program.evaluate(Map.of("w", ofTheDatatype), random(datatype, program, 7))
                .value(program.output("y"));
        for (int i = 0; i < exp.size(); i++) {
            double spacing = Grid.of(datatype).spacing(exp.at(i));
            assertThat(Math.abs(rounded.at(i) - exp.at(i))).isLessThan(spacing);
            assertThat(datatype.round(rounded.at(i))).isEqualTo(rounded.at(i));
            above += rounded.at(i) > exp.at(i) ? 1 : 0;
        }
        assertThat(above).isBetween(8, 32); // of 40
        assertThat(rounded).isNotEqualTo(exact);
    }

    /** Exponentials of no library are rounded correctly; e^0 is. */
    @ParameterizedTest
    @EnumSource(names = {"FP32", "FP16", "BF16"})
    void elementaryFunctionsAreOffByUpToTwoUnitsInTheLastPlace(Datatype datatype) {
        Program program = program((b, w) -> b.unary(UnaryFunction.EXP, w));
        Tensor exp = program.evaluate(Map.of("w", W.as(datatype))).value(program.output("y"));
        double furthest = 0;
        for (long seed = 0; seed < 20; seed++) {
            Tensor rounded = program.evaluate(Map.of("w", W.as(datatype)), random(datatype, program, seed))
                    .value(program.output("y"));
            for (int i = 0; i < exp.size(); i++) {
                double spacing = Grid.of(datatype).spacing(exp.at(i));
                furthest = Math.max(furthest, Math.abs(rounded.at(i) - exp.at(i)) / spacing);
            }
        }
        assertThat(furthest).isBetween(1.0, 3.0);
    }

    /** A sum that cancels is off by up to two roundoffs of its terms' sizes, not by its own last place. */
    @Test
    void aSumMovesByTheSizeOfItsTerms() {
        Program program =
                program((b, w) -> b.sum(b.concat(0, List.of(w, b.negate(w), b.constant(Tensor.vector(0.1))))));
        double moved = value(program, random(Datatype.FP32, program, 7)).item() - 0.1;
        double size = 2 * Arrays.stream(W.values()).map(Math::abs).sum() + 0.1;
        assertThat(Math.abs(moved)).isBetween(0x1p-24 * size / 100, 0x1p-22 * size);
    }

    @Test
    void gradientsAreRoundedOnTheirWayToo() {
        Program program = program((b, w) -> b.sum(b.unary(UnaryFunction.SIN, w)));
        Tensor exact = gradient(program, Rounding.NONE);
        Tensor rounded = gradient(program, random(Datatype.FP32, program, 7));
        assertThat(rounded).isNotEqualTo(exact); // cosines of float32 neighbours of w
        Program scaled = program((b, w) -> b.sum(b.multiply(b.unary(UnaryFunction.SIN, w), 1 / 3.0)));
        assertThat(gradient(scaled, random(Datatype.FP32, scaled, 7))).isNotEqualTo(gradient(scaled, Rounding.NONE));
    }

    @Test
    void theSameSeedGivesTheSameBitsAndAnotherSeedOthers() {
        Program program = program((b, w) -> b.unary(UnaryFunction.EXP, w));
        assertThat(value(program, random(Datatype.FP32, program, 7)))
                .isEqualTo(value(program, random(Datatype.FP32, program, 7)))
                .isNotEqualTo(value(program, random(Datatype.FP32, program, 8)));
    }

    /** If a maximum were rounded, none of the numbers would equal it, and its gradient would vanish. */
    @Test
    void theGradientOfAMaximumStillFindsIt() {
        Program program = program((b, w) -> b.max(b.unary(UnaryFunction.EXP, w)));
        Tensor exact = gradient(program, Rounding.NONE);
        Tensor rounded = gradient(program, random(Datatype.FP32, program, 7));
        assertThat(exact.norm()).isPositive();
        assertThat(Math.abs(rounded.norm() - exact.norm())).isLessThanOrEqualTo(1e-6 * exact.norm());
    }

    /** Indices that the model computes are whole numbers, and are looked up as such. */
    @Test
    void computedIndicesStayWhole() {
        Program program = program((b, w) -> {
            Node positions = b.add(b.unary(UnaryFunction.FLOOR, b.unary(UnaryFunction.ABS, w)), b.constant(30));
            return b.sum(b.gather(w, positions, 0));
        });
        Tensor exact = gradient(program, Rounding.NONE);
        assertThat(gradient(program, random(Datatype.BF16, program, 7))).isEqualTo(exact);
    }

    /** Positions beyond what bfloat16 counts to. */
    @Test
    void largeIndicesStayWhole() {
        Tensor many = Samples.normal(3, 1, 1000);
        Program program = program((b, w) -> {
            Node below = b.unary(UnaryFunction.FLOOR, b.multiply(b.unary(UnaryFunction.ABS, w), 3));
            Node positions = b.add(b.multiply(below, 7), b.constant(901));
            return b.sum(b.gather(b.constant(many), positions, 1));
        });
        assertThat(value(program, random(Datatype.BF16, program, 7)).item())
                .isCloseTo(value(program, Rounding.NONE).item(), within(1.0));
    }

    /** The largest of numbers that bfloat16 hardly tells apart, by its position: another run's winner is a winner too. */
    @Test
    void aPositionThatRoundingMovesIsAPosition() {
        Set<Integer> positions = winners((b, w) -> {
            Node largest = b.broadcast(b.reshape(b.max(w), Shape.of(1)), W.shape());
            Node places = b.constant(
                    Tensor.vector(IntStream.range(0, 40).asDoubleStream().toArray()));
            Node winners = b.select(b.binary(BinaryFunction.EQUAL, w, largest), places, b.constant(40));
            return b.negate(b.max(b.negate(winners)));
        });
        assertThat(positions).hasSizeGreaterThan(3).allMatch(position -> position >= 0 && position < 40);
    }

    /** The same by its rank: how many are larger, or as large and earlier. */
    @Test
    void aRankThatRoundingMovesIsARank() {
        Set<Integer> positions = winners((b, w) -> {
            Node own = b.reshape(w, Shape.of(40, 1));
            Node others = b.reshape(w, Shape.of(1, 40));
            double[] earlier = Samples.fill(Shape.of(40, 40), at -> at[1] < at[0] ? 1 : 0);
            Node equals = b.multiply(
                    b.binary(BinaryFunction.EQUAL, own, others), b.constant(Tensor.of(Shape.of(40, 40), earlier)));
            Node ranks = b.sum(b.add(b.binary(BinaryFunction.LESS, own, others), equals), 1);
            Node places = b.constant(
                    Tensor.vector(IntStream.range(0, 40).asDoubleStream().toArray()));
            Node first = b.binary(BinaryFunction.EQUAL, ranks, b.constant(0));
            return b.subtract(b.sum(b.multiply(first, b.add(places, b.constant(1)))), b.constant(1)); // -1 for none
        });
        assertThat(positions).hasSizeGreaterThan(3).allMatch(position -> position >= 0 && position < 40);
    }

    private static Set<Integer> winners(Formula position) {
        Program program = program(position);
        Map<String, Tensor> point = Map.of("w", W.map(value -> 1 + 0.001 * value));
        Evaluation base = program.evaluate(point);
        return LongStream.range(0, 40)
                .mapToObj(seed -> program.evaluate(point, Rounding.random(Datatype.BF16, base, seed)))
                .map(run -> (int) run.value(program.output("y")).item())
                .collect(Collectors.toSet());
    }

    @Test
    void movedElementsAreNotRounded() {
        Program program = program((b, w) -> b.broadcast(
                b.transpose(b.reshape(b.slice(w, 0, 39, 40, -1), Shape.of(8, 5)), 1, 0), Shape.of(2, 5, 8)));
        Map<String, Tensor> point = Map.of("w", W.as(Datatype.BF16));
        assertThat(program.evaluate(point, random(Datatype.BF16, program, 7)).value(program.output("y")))
                .isEqualTo(program.evaluate(point).value(program.output("y")));
    }
}
