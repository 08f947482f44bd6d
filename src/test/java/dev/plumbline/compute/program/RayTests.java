package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.BinaryFunction.EQUAL;
import static dev.plumbline.compute.program.BinaryFunction.LESS;
import static dev.plumbline.compute.program.BinaryFunction.MAXIMUM;
import static dev.plumbline.compute.program.BinaryFunction.MINIMUM;
import static dev.plumbline.compute.program.BinaryFunction.POWER;
import static dev.plumbline.compute.program.UnaryFunction.ABS;
import static dev.plumbline.compute.program.UnaryFunction.FLOOR;
import static dev.plumbline.compute.program.UnaryFunction.RELU;
import static dev.plumbline.compute.program.UnaryFunction.SIGN;
import static dev.plumbline.compute.program.UnaryFunction.SIN;
import static dev.plumbline.compute.program.UnaryFunction.SQRT;
import static dev.plumbline.compute.program.UnaryFunction.STOP_GRADIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One-sided derivatives exactly on bends, ties, jumps and roots, against closed forms. */
class RayTests {

    private static final double POSITIVE = Double.POSITIVE_INFINITY;

    /** @param slope the directional derivative along d, in closed form */
    record Row(
            String name,
            BiFunction<ProgramBuilder, Node, Node> function,
            double[] point,
            ToDoubleFunction<double[]> slope) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                row("relu", (b, w) -> b.unary(RELU, w), d -> Math.max(d[0], 0), 0),
                row("abs", (b, w) -> b.unary(ABS, w), d -> Math.abs(d[0]), 0),
                row("leaky relu", (b, w) -> b.leakyRelu(w, 0.1), d -> Math.max(d[0], 0.1 * d[0]), 0),
                row("leaky relu, steep below", (b, w) -> b.leakyRelu(w, 3), d -> Math.min(d[0], 3 * d[0]), 0),
                row("leaky relu, negative slope", (b, w) -> b.leakyRelu(w, -2), d -> Math.max(d[0], -2 * d[0]), 0),
                row("maximum", (b, w) -> b.binary(MAXIMUM, at(b, w, 0), at(b, w, 1)), d -> Math.max(d[0], d[1]), 2, 2),
                row("minimum", (b, w) -> b.binary(MINIMUM, at(b, w, 0), at(b, w, 1)), d -> Math.min(d[0], d[1]), 2, 2),
                row("max of three", (b, w) -> b.max(w), d -> Math.max(d[0], Math.max(d[1], d[2])), 2, 2, 2),
                row("max of two that tie", (b, w) -> b.max(w), d -> Math.max(d[0], d[1]), 2, 2, 1),
                row("max pool", RayTests::pooled, d -> Math.max(d[0], d[3]), 1, 0, 0, 1),
                row("norm at 0", (b, w) -> b.unary(SQRT, b.sum(b.square(w))), d -> Math.hypot(d[0], d[1]), 0, 0),
                row("root at 0", (b, w) -> b.unary(SQRT, b.unary(ABS, w)), d -> POSITIVE, 0),
                row("power 3/2 at 0", (b, w) -> b.power(b.unary(ABS, w), b.constant(1.5)), d -> 0, 0),
                row("square of a norm at 0", RayTests::squaredNorm, d -> 0, 0, 0),
                row("relu of a square", (b, w) -> b.unary(RELU, b.square(w)), d -> 0, 0),
                row("w sign(w)", (b, w) -> b.multiply(w, b.unary(SIGN, w)), d -> Math.abs(d[0]), 0),
                row("floor(w) (w - 1) at 1", RayTests::brokenLine, d -> Math.max(d[0], 0), 1),
                row("relu(w) - relu(-w)", RayTests::straight, d -> d[0], 0),
                row("sin(w) / w at 0", RayTests::sinc, d -> 0, 0),
                row("w (w < 0)", RayTests::masked, d -> Math.min(d[0], 0), 0),
                row("median of w0, w1, 0", RayTests::median, d -> median(d[0], d[1]), 0, 0),
                row("elu at 0", (b, w) -> Compositions.elu(b, w, 1), d -> d[0], 0),
                row("root of relu behind 0", (b, w) -> b.unary(SQRT, b.unary(RELU, w)), d -> 0, -1),
                row("power 1/2 at 0", (b, w) -> b.power(b.unary(ABS, w), b.constant(0.5)), d -> POSITIVE, 0),
                row("w^3 / w^2", (b, w) -> b.divide(b.power(w, b.constant(3)), b.square(w)), d -> d[0], 0),
                row("w^2 / w", (b, w) -> b.divide(b.square(w), w), d -> d[0], 0),
                row("sin(w) (1 + w) / w", RayTests::quotient, d -> d[0], 0),
                row("nothing times a root", RayTests::nothing, d -> 0, 0),
                row("w times what it was", (b, w) -> b.multiply(w, b.unary(STOP_GRADIENT, w)), d -> 3 * d[0], 3),
                row("w (w = 0)", (b, w) -> b.multiply(w, b.binary(EQUAL, w, b.constant(0))), d -> 0, 0),
                row("far from every edge", (b, w) -> b.unary(RELU, w), d -> d[0], 1e-300));
    }

    private static Row row(
            String name,
            BiFunction<ProgramBuilder, Node, Node> function,
            ToDoubleFunction<double[]> slope,
            double... point) {
        return new Row(name, (b, w) -> b.sum(function.apply(b, w)), point, slope);
    }

    private static Node at(ProgramBuilder b, Node w, int position) {
        return b.slice(w, 0, position, 1, 1);
    }

    private static Node pooled(ProgramBuilder b, Node w) {
        Window window = new Window(List.of(2, 2), List.of(2, 2), List.of(0, 0, 0, 0), List.of(1, 1), false);
        return b.maxPool(b.reshape(w, Shape.of(1, 1, 2, 2)), window);
    }

    private static Node squaredNorm(ProgramBuilder b, Node w) {
        return b.square(b.unary(SQRT, b.sum(b.square(w))));
    }

    private static Node brokenLine(ProgramBuilder b, Node w) {
        return b.multiply(b.unary(FLOOR, w), b.subtract(w, b.constant(1)));
    }

    private static Node straight(ProgramBuilder b, Node w) {
        return b.subtract(b.unary(RELU, w), b.unary(RELU, b.negate(w)));
    }

    private static Node sinc(ProgramBuilder b, Node w) {
        Node isZero = b.binary(EQUAL, w, b.constant(0));
        return b.select(isZero, b.constant(1), b.divide(b.unary(SIN, w), w));
    }

    private static Node quotient(ProgramBuilder b, Node w) {
        return b.divide(b.multiply(b.unary(SIN, w), b.add(w, b.constant(1))), w);
    }

    /** The slope of the root is infinite, and 0 times that is 0. */
    private static Node nothing(ProgramBuilder b, Node w) {
        return b.multiply(b.unary(SQRT, b.unary(ABS, w)), b.square(b.constant(Tensor.vector(0))));
    }

    private static Node masked(ProgramBuilder b, Node w) {
        return b.multiply(w, b.binary(LESS, w, b.constant(0)));
    }

    private static Node median(ProgramBuilder b, Node w) {
        Node zero = b.constant(Tensor.vector(0));
        Node low = b.binary(MINIMUM, at(b, w, 0), at(b, w, 1));
        Node high = b.binary(MAXIMUM, at(b, w, 0), at(b, w, 1));
        return b.binary(MAXIMUM, low, b.binary(MINIMUM, high, zero));
    }

    private static double median(double a, double b) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), 0));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void slopeIsTheOneSidedDerivative(Row row) {
        for (double[] d : directions(row.point.length)) {
            Ray ray = ray(row, d, Ray.GERM);
            assertThat(ray.isDecided()).isTrue();
            double expected = row.slope.applyAsDouble(d);
            if (Double.isInfinite(expected)) {
                assertThat(ray.slope()).isEqualTo(expected);
            } else {
                assertThat(Math.abs(ray.slope() - expected)).isLessThanOrEqualTo(1e-15 * (1 + Math.abs(expected)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void tangentsAgreeOrSayThatTheyCannotTell(Row row) {
        for (double[] d : directions(row.point.length)) {
            Ray tangent = ray(row, d, Ray.TANGENT);
            if (tangent.isDecided()) {
                assertThat(tangent.slope()).isEqualTo(ray(row, d, Ray.GERM).slope());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void thePieceGoesAlongTheRay(Row row) {
        for (double[] d : directions(row.point.length)) {
            Ray ray = ray(row, d, Ray.GERM);
            double[] gradient = Objects.requireNonNull(ray.gradient().get("w")).values();
            double along = 0;
            for (int i = 0; i < d.length; i++) {
                along += gradient[i] * d[i];
            }
            if (Double.isFinite(along)) {
                assertThat(Math.abs(along - ray.slope())).isLessThanOrEqualTo(1e-14 * (1 + Math.abs(along)));
            }
        }
    }

    @Test
    void aJumpShowsInTheLimits() {
        Row step = row("floor", (b, w) -> b.unary(FLOOR, w), d -> 0, 1);
        assertThat(ray(step, new double[] {1}, Ray.GERM).limit()).isEqualTo(1);
        assertThat(ray(step, new double[] {-1}, Ray.GERM).limit()).isEqualTo(0);
        Row hidden =
                row("floor of 1 - w^2", (b, w) -> b.unary(FLOOR, b.subtract(b.constant(1), b.square(w))), d -> 0, 0);
        assertThat(ray(hidden, new double[] {1}, Ray.TANGENT).isDecided()).isFalse();
        assertThat(ray(hidden, new double[] {1}, Ray.GERM).limit()).isEqualTo(0);
    }

    @Test
    void edgesNameTheOperationAndAConstantMaskIsNone() {
        Row relu = row("relu", (b, w) -> b.unary(RELU, w), d -> 0, 0, 1);
        assertThat(ray(relu, new double[] {1, 1}, Ray.GERM).edges())
                .singleElement()
                .satisfies(edge -> {
                    assertThat(edge.kind()).isEqualTo(Edge.Kind.BEND);
                    assertThat(edge.element()).isZero();
                });
        Row dead = row("a dead unit", (b, w) -> b.unary(RELU, b.multiply(w, b.constant(0))), d -> 0, 3);
        assertThat(ray(dead, new double[] {1}, Ray.GERM).edges()).isEmpty();
    }

    @Test
    void rootsAndQuotientsOfZerosAreEdges() {
        Row root = row("a root", (b, w) -> b.unary(SQRT, w), d -> 0, 0, 1);
        Row power = row("a power", (b, w) -> b.binary(POWER, w, b.constant(1.5)), d -> 0, 0, 1);
        Row quotient = row("a quotient", (b, w) -> b.divide(b.square(w), w), d -> 0, 0, 1);
        for (Row row : List.of(root, power, quotient)) {
            assertThat(ray(row, new double[] {1, 1}, Ray.GERM).edges())
                    .as(row.toString())
                    .anySatisfy(edge -> {
                        assertThat(edge.kind()).isEqualTo(Edge.Kind.ROOT);
                        assertThat(edge.element()).isZero();
                    });
        }
    }

    /** An operand as near to its edge as rounding carries it is on it; one three times as far is not. */
    @ParameterizedTest
    @CsvSource({"1, true", "1.4, true", "3, false", "-1, true", "-3, false"})
    void noiseDecidesWhatIsOnAnEdge(double spreadsAway, boolean onEdge) {
        double spread = 1e-16;
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.of(1));
        Node operand = b.multiply(w, b.constant(1));
        Program program = b.output("f", b.sum(b.multiply(b.unary(RELU, operand), b.constant(1))))
                .build();
        Objective objective =
                new Objective(program, program.output("f"), Map.of("w", Tensor.vector(spreadsAway * spread)));
        Ray.Ground ground = new Ray.Ground(node -> node.inputs().isEmpty() ? null : new double[] {spread}, null);
        for (double d : new double[] {1, -1}) {
            double branch = spreadsAway > 0 ? d : 0;
            double slope = Ray.of(objective, Map.of("w", Tensor.vector(d)), Ray.GERM, ground)
                    .slope();
            assertThat(slope).isEqualTo(onEdge ? Math.max(d, 0) : branch);
        }
    }

    private static List<double[]> directions(int size) {
        return Stream.of(
                        new double[] {1, -2, 3, -4},
                        new double[] {-1, 2, -3, 4},
                        new double[] {2, 1, 0.5, 3},
                        new double[] {-2, -1, -3, -0.5},
                        new double[] {0.25, 3, 1, -1})
                .map(d -> Arrays.copyOf(d, size))
                .toList();
    }

    private static Ray ray(Row row, double[] d, int order) {
        ProgramBuilder b = new ProgramBuilder();
        Node w = b.parameter("w", Shape.of(row.point.length));
        b.output("f", row.function.apply(b, w));
        Program program = b.build();
        Objective objective = new Objective(program, program.output("f"), Map.of("w", Tensor.vector(row.point)));
        return Ray.of(objective, Map.of("w", Tensor.vector(d)), order, Ray.Ground.UNKNOWN);
    }
}
