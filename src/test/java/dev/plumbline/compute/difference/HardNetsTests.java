package dev.plumbline.compute.difference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Program;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objectives that have fooled a difference at the nodes: an error is within the bound, or the bound is infinite. */
class HardNetsTests {

    private final SplittableRandom random = new SplittableRandom(7);
    private final ProgramBuilder b = new ProgramBuilder();
    private final Map<String, Tensor> point = new LinkedHashMap<>();

    private Node parameter(String name, Tensor value) {
        point.put(name, value);
        return b.parameter(name, value);
    }

    private Tensor normal(double scale, int... extents) {
        return Tensor.zeros(Shape.of(extents)).map(zero -> scale * random.nextGaussian());
    }

    private Objective objective(Node loss) {
        Program program = b.output("loss", loss).build();
        return new Objective(program, program.output("loss"), point);
    }

    private static NumericTensor differenced(Objective objective, String name) {
        return Objects.requireNonNull(ExhaustiveGradient.of(objective, 1).get(name));
    }

    private static Tensor reverse(Objective objective, String name) {
        return Objects.requireNonNull(objective.gradient().byParameter().get(name));
    }

    /** Every error is within its bound; this share of the entries is known to one part in a thousand. */
    private static void holds(Objective objective, String name, double sharp) {
        NumericTensor numeric = differenced(objective, name);
        Tensor exact = reverse(objective, name);
        int known = 0;
        for (int i = 0; i < exact.size(); i++) {
            double bound = numeric.bounds()[i] + numeric.kinkRadii()[i];
            assertThat(Math.abs(numeric.values()[i] - exact.at(i)))
                    .as("%s[%d], %s against %s", name, i, numeric.values()[i], exact.at(i))
                    .isLessThanOrEqualTo(bound + 1e-14 * Math.abs(exact.at(i)));
            known += bound <= 1e-3 * Math.abs(exact.at(i)) ? 1 : 0;
        }
        assertThat(known).isGreaterThanOrEqualTo((int) (sharp * exact.size()));
    }

    /** {@code mean(sin(300000 w))}: a step of 1e-4 is five periods. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 30, 3e2, 1e4, 3e5, 1e6})
    void highFrequencies(double frequency) {
        Node w = parameter("w", normal(1, 40));
        holds(objective(b.mean(b.unary(UnaryFunction.SIN, b.multiply(w, frequency)), 0)), "w", 0.9);
    }

    /**
     * Ripples as high as a few hundred roundings, many of which fit into the largest step. Taken for noise, their slope of
     * 1e-7 would be missing from 37 of 40 values and from their bounds; measured again by tiny steps, from 7, by chance.
     */
    @Test
    void ripplesThatLookLikeNoise() {
        Tensor point = normal(1, 40);
        Node w = parameter("w", point);
        Node ripple = b.multiply(b.unary(UnaryFunction.SIN, b.multiply(w, 1e6)), 1e-13);
        Objective objective = objective(b.mean(b.add(b.add(b.multiply(w, 1e-4), ripple), b.constant(1)), 0));
        NumericTensor numeric = differenced(objective, "w");
        Tensor exact = reverse(objective, "w");

        assertThat(IntStream.range(0, 40)
                        .filter(i -> Math.abs(numeric.values()[i] - exact.at(i)) <= numeric.bounds()[i]))
                .hasSizeGreaterThanOrEqualTo(30);
    }

    /** {@code tanh(w0 / 1e9) sin(w1)} in one tensor. */
    @Test
    void oneTensorOfTwoScales() {
        Node w = parameter("w", Tensor.vector(0.7e9, 1.3));
        Node first = b.unary(UnaryFunction.TANH, b.multiply(b.slice(w, 0, 0, 1, 1), 1e-9));
        Node second = b.unary(UnaryFunction.SIN, b.slice(w, 0, 1, 1, 1));
        holds(objective(b.sum(b.multiply(first, second), 0)), "w", 1);
    }

    /** A layer whose weights are 1e9 times larger than the next one's, and its inputs as much smaller. */
    @Test
    void oneTensorABillionTimesLarger() {
        Node large = parameter("large", normal(1e9, 4, 6));
        Node small = parameter("small", normal(1, 6, 3));
        Node h = b.unary(UnaryFunction.TANH, b.matmul(b.constant(normal(1e-9, 8, 4)), large));
        Objective objective = objective(b.mean(b.square(b.matmul(h, small)), 0, 1));
        holds(objective, "large", 0.95);
        holds(objective, "small", 0.95);
    }

    /** Samples whose features are nearly equal are blown up a million times, and their rounding with them. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-3, 1e-5, 1e-6})
    void layerNormOfAlmostEqualValues(double spread) {
        Tensor x = Tensor.of(Shape.of(6, 5), new double[30]);
        for (int i = 0; i < 30; i++) {
            x.values()[i] = 1 + (i < 10 ? spread : 1) * random.nextGaussian();
        }
        Node z = b.add(
                b.multiply(parameter("gain", Tensor.filled(Shape.of(5), 1)), b.constant(x)),
                parameter("shift", Tensor.zeros(Shape.of(5))));
        Node centred = b.subtract(z, b.restoreAxes(b.mean(z, 1), z.shape(), 1));
        Node variance = b.restoreAxes(b.mean(b.square(centred), 1), z.shape(), 1);
        Node h = b.divide(centred, b.unary(UnaryFunction.SQRT, b.add(variance, b.constant(1e-12))));
        Objective objective =
                objective(b.mean(b.unary(UnaryFunction.TANH, b.matmul(h, b.constant(normal(1, 5, 3)))), 0, 1));
        holds(objective, "gain", 0);
        holds(objective, "shift", 0);
    }

    private Objective corners(java.util.function.UnaryOperator<Node> corner, double at) {
        Node w = parameter("w", normal(1, 30).map(x -> x > 0 ? at : at + x));
        return objective(b.mean(b.add(corner.apply(b.subtract(w, b.constant(at))), b.unary(UnaryFunction.SIN, w)), 0));
    }

    /** Squared hinge exactly at the corner: the second derivative jumps, and the difference is of first order. */
    @ParameterizedTest
    @ValueSource(doubles = {0.3, 1, -2})
    void cornersOfTheFirstDerivative(double at) {
        holds(corners(d -> b.square(b.unary(UnaryFunction.RELU, d)), at), "w", 0.9);
    }

    /** At a kink the mean of the two slopes, and half their distance as the radius. */
    @ParameterizedTest
    @ValueSource(doubles = {0.3, 1, -2})
    void kinksHaveTheMeanOfTheSlopesAndHalfTheirDistance(double at) {
        Objective objective = corners(d -> b.unary(UnaryFunction.RELU, d), at);
        NumericTensor numeric = differenced(objective, "w");
        for (int i = 0; i < 30; i++) {
            boolean bends = objective.parameter("w").at(i) == at;
            double smooth = Math.cos(objective.parameter("w").at(i));
            assertThat(numeric.values()[i])
                    .isCloseTo((smooth + (bends ? 0.5 : 0)) / 30, org.assertj.core.data.Offset.offset(1e-6));
            assertThat(numeric.kinkRadii()[i])
                    .isCloseTo(bends ? 0.5 / 30 : 0, org.assertj.core.data.Offset.offset(1e-6));
        }
    }

    /** {@code (w0 - stopGradient(w0) / 2)^2} at 3: the part that is stopped is held constant. */
    @Test
    void whatIsStoppedStaysConstant() {
        Node w = parameter("w", Tensor.vector(3));
        Node d = b.subtract(w, b.multiply(b.unary(UnaryFunction.STOP_GRADIENT, w), 0.5));
        Objective objective = objective(b.sum(b.square(d), 0));

        assertThat(differenced(objective, "w").values()[0]).isCloseTo(3, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(new NumericGradient(objective).byEntry("w", 0).value())
                .isCloseTo(3, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void whatIsOnlyReadByAStopHasDerivativeZero() {
        Node w = parameter("w", Tensor.vector(3, -1));
        Node v = parameter("v", Tensor.vector(2, 5));
        Objective objective = objective(b.sum(b.multiply(v, b.unary(UnaryFunction.STOP_GRADIENT, b.square(w))), 0));

        assertThat(differenced(objective, "w").values()).containsOnly(0);
        assertThat(differenced(objective, "v").values()[0]).isCloseTo(9, org.assertj.core.data.Offset.offset(1e-9));
    }

    /** An entry of 1e-12 beside entries of 1: its own scale shows nothing, the tensor's does. */
    @Test
    void aTinyEntryIsMovedOnTheScaleOfItsTensorWhereItsOwnShowsNothing() {
        Node w = parameter("w", Tensor.vector(1e-13, 0.8));
        Objective objective = objective(b.sum(b.unary(UnaryFunction.SIN, w), 0));

        assertThat(new NumericGradient(objective).byEntry("w", 0).errorBound()).isLessThan(1e-9);
    }

    /** The same at the nodes: what three quarters of the others exceed is the scale. */
    @Test
    void aTinyEntryIsMovedOnTheScaleOfTheOthers() {
        Tensor values = normal(1, 40);
        values.values()[7] = 1e-9;
        Node w = parameter("w", values);

        NumericTensor numeric = differenced(objective(b.sum(b.unary(UnaryFunction.SIN, w), 0)), "w");

        assertThat(numeric.bounds()[7]).isLessThan(1e-9);
    }

    /** A kink 1e-9 away: told of it, the steps stay on this side; not told, the probe is blind, and says so. */
    @Test
    void stepsStayBelowAnEdgeThatIsKnown() {
        Node w = parameter("w", Tensor.vector(1));
        Objective objective = objective(b.sum(b.unary(UnaryFunction.ABS, b.subtract(w, b.constant(1 + 1e-9))), 0));
        NumericGradient numeric = new NumericGradient(objective);

        assertThat(numeric.byEntry("w", 0, 1e-9).value()).isCloseTo(-1, org.assertj.core.data.Offset.offset(1e-6));
        assertThat(numeric.byEntry("w", 0, 1e-9).isValidated()).isTrue();
        assertThat(numeric.byEntry("w", 0).isValidated()).isFalse();
    }

    /** A direction over tensors of 1e9 and 1 moves neither by more than a tenth of itself. */
    @Test
    void directionsKeepTheTensorsInProportion() {
        Node large = parameter("large", Tensor.vector(0.7e9));
        Node small = parameter("small", Tensor.vector(1.3));
        Objective objective = objective(b.sum(
                b.multiply(b.unary(UnaryFunction.TANH, b.multiply(large, 1e-9)), b.unary(UnaryFunction.SIN, small)),
                0));
        Map<String, Tensor> direction = Map.of("large", Tensor.vector(1e9), "small", Tensor.vector(1));

        assertThat(new NumericGradient(objective).largestStep(direction))
                .isCloseTo(0.07, org.assertj.core.data.Offset.offset(1e-15));
        assertThat(new NumericGradient(objective).along(direction).value())
                .isCloseTo(
                        (1 - Math.pow(Math.tanh(0.7), 2)) * Math.sin(1.3) + Math.tanh(0.7) * Math.cos(1.3),
                        org.assertj.core.data.Offset.offset(1e-9));
    }
}
