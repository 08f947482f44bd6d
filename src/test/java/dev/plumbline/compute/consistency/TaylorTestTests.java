package dev.plumbline.compute.consistency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.consistency.TaylorTest.Line;
import dev.plumbline.compute.consistency.TaylorTest.Outcome;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaylorTestTests {

    /** Functions along a line, with their derivative at 0. */
    private enum Known {
        SINE(Math::sin, 1),
        EXPONENTIAL(Math::exp, 1),
        POLYNOMIAL(t -> 3 + 2 * t - 5 * t * t + t * t * t, 2),
        LARGE(t -> 1e6 * Math.cosh(t + 1), 1e6 * Math.sinh(1)),
        TINY(t -> 1e-9 * Math.tanh(t + 0.3), 1e-9 / Math.pow(Math.cosh(0.3), 2)),
        LOGARITHM(t -> Math.log(2 + t), 0.5);

        private final DoubleUnaryOperator function;
        private final double derivative;

        Known(DoubleUnaryOperator function, double derivative) {
            this.function = function;
            this.derivative = derivative;
        }

        TaylorTest claimed(double slope) {
            return test(function, slope, 0);
        }
    }

    /** With the rounding of the values themselves for noise, some units in the last place. */
    private static TaylorTest test(DoubleUnaryOperator f, double slope, double tolerance) {
        double value = f.applyAsDouble(0);
        Line line = new Line(offsets -> Arrays.stream(offsets).map(f).toArray(), value, slope, 0.1);
        return TaylorTest.of(line, 0x1p-52 * Math.abs(value), tolerance);
    }

    @ParameterizedTest
    @EnumSource
    void theRemainderOfARightDerivativeFallsAsTheSquare(Known known) {
        TaylorTest test = known.claimed(known.derivative);

        assertThat(test.outcome()).isEqualTo(Outcome.AGREES);
        // The sine's second derivative is 0 at 0, so that its third, of order 3, is what is left.
        assertThat(test.order()).isCloseTo(known == Known.SINE ? 3 : 2, within(0.15));
        assertThat(test.steps()).hasSize(8).startsWith(0.1, 0.0125);
        assertThat(test.remainders()).hasSize(8);
        assertThat(test.smallestDefect()).isLessThan(1e-3 * Math.abs(known.derivative));
    }

    @ParameterizedTest
    @EnumSource
    void theRemainderOfAWrongDerivativeFallsAsTheStep(Known known) {
        for (double factor : new double[] {-1, 0, 0.5, 0.99, 1.01, 2, 32}) {
            TaylorTest test = known.claimed(factor * known.derivative);

            assertThat(test.outcome()).as("%s times", factor).isEqualTo(Outcome.DISAGREES);
            assertThat(test.order()).as("%s times", factor).isCloseTo(1, within(0.3));
        }
    }

    /** The defect that it says it sees is seen, on either side, and a hundredth of that is not. */
    @ParameterizedTest
    @EnumSource
    void saysFromWhichDefectOnItSees(Known known) {
        double visible = known.claimed(known.derivative).smallestDefect();
        for (double sign : new double[] {-1, 1}) {
            assertThat(known.claimed(known.derivative + 2 * sign * visible).outcome())
                    .isEqualTo(Outcome.DISAGREES);
            assertThat(known.claimed(known.derivative + sign * visible / 100).outcome())
                    .isEqualTo(Outcome.AGREES);
        }
    }

    /** The remainder of a linear function is rounding, which has no order: that makes no claim wrong. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -3.7, 1e8, 1e-12})
    void callsTheNoiseOfALinearFunctionNoMistake(double slope) {
        TaylorTest test = test(t -> 5 + slope * t, slope, 0);

        assertThat(test.outcome()).isEqualTo(Outcome.AGREES);
        assertThat(test.order()).isNaN();
        double wrong = slope + 1e-9 * Math.max(1, Math.abs(slope));
        assertThat(test(t -> 5 + slope * t, wrong, 0).outcome()).isEqualTo(Outcome.DISAGREES);
    }

    @Test
    void isNotFooledByNoise() {
        Random random = new Random(1);
        int disagrees = 0;
        for (int trial = 0; trial < 500; trial++) {
            double noise = Math.pow(10, -3 - random.nextInt(10));
            double value = 1 + noise * random.nextGaussian();
            double[] noises = random.doubles(8, -1.7, 1.7).toArray(); // standard deviation 1
            Line line = new Line(
                    offsets -> {
                        double[] values = new double[8];
                        Arrays.setAll(values, k -> Math.exp(offsets[k]) + noise * noises[k]);
                        return values;
                    },
                    value,
                    1,
                    0.1);
            disagrees += TaylorTest.of(line, noise, 0).outcome() == Outcome.DISAGREES ? 1 : 0;
        }
        assertThat(disagrees).isZero();
    }

    @Test
    void allowsARoundedClaimItsRounding() {
        double rounded = Math.cos(0.7) + 1e-6; // as in a pipeline that computes in less than float64

        assertThat(test(t -> Math.sin(0.7 + t), rounded, 0).outcome()).isEqualTo(Outcome.DISAGREES);
        TaylorTest allowed = test(t -> Math.sin(0.7 + t), rounded, 2e-6);
        assertThat(allowed.outcome()).isEqualTo(Outcome.AGREES);
        assertThat(test(t -> Math.sin(0.7 + t), rounded + 1e-4, 2e-6).outcome()).isEqualTo(Outcome.DISAGREES);
    }

    @Test
    void tellsABendFromAMistake() {
        // |t| at 0, with a subgradient inside: the two sides part.
        assertThat(test(t -> Math.abs(t) + t * t, 0.3, 0).outcome()).isEqualTo(Outcome.BENDS);
        assertThat(test(t -> Math.abs(t) + t * t, 1, 0).outcome()).isEqualTo(Outcome.AGREES);
        assertThat(test(t -> Math.abs(t) + t * t, -1, 0).outcome()).isEqualTo(Outcome.AGREES_ON_ONE_SIDE);
        // A kink between 0 and the smallest step that counts is on one side only.
        DoubleUnaryOperator near = t -> Math.exp(t) + Math.max(0, t - 1e-9);
        assertThat(test(near, 1, 0).outcome()).isEqualTo(Outcome.AGREES_ON_ONE_SIDE);
        assertThat(test(near, 1.1, 0).outcome()).isIn(Outcome.DISAGREES, Outcome.BENDS);
        // Far out it costs nothing.
        assertThat(test(t -> Math.exp(t) + Math.max(0, t - 1e-3), 1, 0).outcome())
                .isEqualTo(Outcome.AGREES);
    }

    @Test
    void cannotTellWhereThereAreNoValues() {
        assertThat(test(t -> t == 0 ? 1 : Double.NaN, 1, 0).outcome()).isEqualTo(Outcome.CANNOT_TELL);
        // One side is enough.
        assertThat(test(t -> t < 0 ? Double.NaN : Math.exp(t), 1, 0).outcome()).isEqualTo(Outcome.AGREES);
        assertThat(test(t -> t < 0 ? Double.NaN : Math.exp(t), 2, 0).outcome()).isEqualTo(Outcome.DISAGREES);
    }
}
