package dev.plumbline.compute.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The numeric derivative of functions whose derivative is known, with its error bar. */
class SlopeProbeTests {

    /**
     * A row of the accuracy table.
     *
     * @param tolerance how near the derivative must come, relative to it (absolute where it is 0)
     */
    private record Row(String name, DoubleUnaryOperator function, double at, double derivative, double tolerance) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> smooth() {
        return Stream.of(
                // Only rounding: 3 sigma / h at the largest steps.
                new Row("a line", t -> 3 * t + 1, 0, 3, 1e-13),
                new Row("a parabola", t -> t * t, 1.5, 3, 1e-12),
                new Row("a cubic at its turning point", t -> t * t * t, 0, 0, 1e-14),
                // Truncation and rounding together: about sigma^(4/5).
                new Row("exp", Math::exp, 1, Math.E, 1e-11),
                new Row("sin", Math::sin, 1, Math.cos(1), 1e-11),
                new Row("tanh", Math::tanh, 0.5, 1 - Math.tanh(0.5) * Math.tanh(0.5), 1e-11),
                new Row("log", Math::log, 2, 0.5, 1e-11),
                // Near an edge or a pole the largest steps say nothing, and the next ones little.
                new Row("log near 0", Math::log, 1e-3, 1e3, 1e-7),
                new Row("square root near 0", Math::sqrt, 1e-4, 50, 1e-7),
                new Row("a pole nearby", t -> 1 / t, 1e-2, -1e4, 1e-7),
                // A step of 0.1 is five periods.
                new Row("fast oscillation", t -> Math.sin(300 * t), 0.1, 300 * Math.cos(30), 1e-8),
                new Row("a large value beneath", t -> 1e8 + Math.sin(t), 0, 1, 1e-5),
                new Row("tiny values", t -> 1e-20 * Math.exp(t), 0, 1e-20, 1e-10),
                new Row("huge values", t -> 1e200 * Math.exp(t), 0, 1e200, 1e-10));
    }

    private static Slope slope(DoubleUnaryOperator function, double at) {
        double value = function.applyAsDouble(at);
        return slope(function, at, new Noise(Math.max(0x1p-53 * Math.abs(value), Double.MIN_NORMAL)));
    }

    private static Slope slope(DoubleUnaryOperator function, double at, Noise noise) {
        SlopeProbe probe = new SlopeProbe(function.applyAsDouble(at), noise, 0.1);
        for (double[] offsets = probe.ask(); offsets.length > 0; offsets = probe.ask()) {
            double[] taken = Arrays.stream(offsets).map(h -> at + h - at).toArray();
            probe.tell(
                    taken,
                    Arrays.stream(offsets)
                            .map(h -> function.applyAsDouble(at + h))
                            .toArray());
        }
        return probe.slope();
    }

    @ParameterizedTest
    @MethodSource("smooth")
    void findsTheDerivativeWithinItsErrorBarAndTheTolerance(Row row) {
        Slope slope = slope(row.function, row.at);
        double scale = row.derivative == 0 ? 1 : Math.abs(row.derivative);

        assertThat(Math.abs(slope.value() - row.derivative)).isLessThanOrEqualTo(row.tolerance * scale);
        assertThat(slope.isValidated()).isTrue();
        assertThat(Math.abs(slope.value() - row.derivative)).isLessThanOrEqualTo(slope.errorBound());
        assertThat(slope.sidesDiffer()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("smooth")
    void errorBarIsNotMuchWiderThanTheTolerance(Row row) {
        double scale = row.derivative == 0 ? 1 : Math.abs(row.derivative);

        assertThat(slope(row.function, row.at).errorBound()).isLessThanOrEqualTo(100 * row.tolerance * scale);
    }

    @Test
    void errorBarCoversTheErrorOfNoisyValues() {
        int covered = 0;
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Slope slope = slope(t -> Math.sin(t) + 1e-6 * random.nextGaussian(), 1, new Noise(1e-6));
            covered += Math.abs(slope.value() - Math.cos(1)) <= slope.errorBound() ? 1 : 0;
        }
        assertThat(covered).isGreaterThanOrEqualTo(190); // two-sided, 3 sigma, less what choosing a step costs
    }

    @Test
    void findsBothSlopesAtAKink() {
        Slope slope = slope(t -> t < 0 ? -2 * t : 3 * t + t * t, 0);

        assertThat(slope.isValidated()).isFalse();
        assertThat(slope.sidesDiffer()).isTrue();
        assertThat(slope.lowest()).isLessThanOrEqualTo(-2);
        assertThat(slope.highest()).isGreaterThanOrEqualTo(3);
        assertThat(slope.left()).isCloseTo(-2, org.assertj.core.data.Offset.offset(1e-4));
        assertThat(slope.right()).isCloseTo(3, org.assertj.core.data.Offset.offset(1e-4));
    }

    @Test
    void escapesAKinkNearby() {
        for (double distance : new double[] {1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7}) {
            Slope slope = slope(t -> Math.abs(t - distance) + t * t, 0);

            assertThat(slope.value()).as("at " + distance).isCloseTo(-1, org.assertj.core.data.Offset.offset(1e-5));
            assertThat(Math.abs(slope.value() + 1)).isLessThanOrEqualTo(slope.errorBound());
            assertThat(slope.isValidated()).isTrue();
        }
    }

    @Test
    void isBlindWhereNothingIsFinite() {
        Slope slope = slope(t -> Double.NaN, 0, new Noise(1e-16));

        assertThat(slope.isValidated()).isFalse();
        assertThat(slope.errorBound()).isInfinite();
    }

    @Test
    void isSureThatAConstantHasDerivativeZero() {
        Slope slope = slope(t -> 7, 0);

        assertThat(slope.value()).isZero();
        assertThat(slope.errorBound()).isLessThan(1e-12);
    }

    @Test
    void refusesAnotherNumberOfValuesThanItAskedFor() {
        SlopeProbe probe = new SlopeProbe(0, new Noise(1e-16), 0.1);
        probe.ask();

        assertThatThrownBy(() -> probe.tell(new double[] {1}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesNoMoreThanFourteenSteps() {
        SlopeProbe probe = new SlopeProbe(0, new Noise(0), 0.1);
        int asked = 0;
        for (double[] offsets = probe.ask(); offsets.length > 0; offsets = probe.ask()) {
            asked += offsets.length;
            probe.tell(offsets, Arrays.stream(offsets).map(Math::sin).toArray());
        }
        assertThat(asked).isLessThanOrEqualTo(28);
    }

    /** {@code t + t^5}: what is left of fourth order falls 256 times a step, and the bound stays at 24 times the error. */
    @Test
    void boundOfASmoothFunctionIsSomeTimesItsError() {
        Slope slope = slope(t -> t + Math.pow(t, 5), 0, new Noise(1e-300));
        int counted = 0;
        for (Slope.Rung rung : slope.sweep()) {
            double error = Math.abs(rung.value() - 1);
            if (rung.validated() && error > 1e-13) {
                assertThat(rung.bound() / error).isBetween(12.0, 48.0);
                counted++;
            }
        }
        assertThat(counted).isPositive();
    }

    /** {@code t + a t |t| + t^5}: on the way from fourth order to first the contractions differ, and nothing is believed there. */
    @Test
    void onlyContractionsThatAgreeValidateABound() {
        int refused = 0;
        int validated = 0;
        for (double a = 1e-9; a < 1; a *= 3) {
            double corner = a;
            List<Slope.Rung> rungs = slope(t -> t + corner * t * Math.abs(t) + Math.pow(t, 5), 0, new Noise(1e-300))
                    .sweep();
            for (int k = 3; k < rungs.size(); k++) {
                double last = change(rungs, k);
                double one = change(rungs, k - 1) / last;
                double other = change(rungs, k - 2) / change(rungs, k - 1);
                double ratio = Math.max(one, other) / Math.min(one, other);
                if (last > 1e-13 && ratio > 2.5) {
                    assertThat(rungs.get(k).validated()).isFalse();
                    refused += ratio < 15 ? 1 : 0;
                } else if (last > 1e-13 && ratio < 1.6 && rungs.get(k).step() > 1e-5) {
                    validated += rungs.get(k).validated() ? 1 : 0;
                }
            }
        }
        assertThat(refused).isPositive();
        assertThat(validated).isGreaterThan(30);
    }

    private static double change(List<Slope.Rung> rungs, int k) {
        return Math.abs(rungs.get(k).value() - rungs.get(k - 1).value());
    }

    /** Noise of 1e-8 in a function of size 1 is abnormal; below 20 times that a change is silence. */
    @Test
    void abnormalNoiseWithoutASignalIsSilence() {
        assertThat(line(6 * 1e-8, 1e-8).isValidated()).isFalse();
        assertThat(line(15 * 1e-8, 1e-8).isValidated()).isFalse();
        assertThat(line(40 * 1e-8, 1e-8).isValidated()).isTrue();
    }

    /** What rounding does in a deep network, some hundred units in the last place, is not abnormal. */
    @Test
    void noiseOfAThousandRoundingsIsAbnormal() {
        assertThat(line(0, 300 * 0x1p-53).isValidated()).isTrue();
        assertThat(line(1e-16, 4000 * 0x1p-53).isValidated()).isFalse();
    }

    /** {@code 1 + change t / 0.1}, of a size that its largest step of 0.1 changes by {@code change}. */
    private static Slope line(double change, double sigma) {
        return slope(t -> 1 + change * t / 0.1, 0, new Noise(sigma));
    }

    /** An even function has no change between its two sides, and bends all the same. */
    @Test
    void absHasItsTwoSlopes() {
        Slope slope = slope(t -> 1.4 + 3 * Math.abs(t), 0, new Noise(1e-11));

        assertThat(slope.isValidated()).isFalse();
        assertThat(slope.left()).isCloseTo(-3, org.assertj.core.data.Offset.offset(1e-6));
        assertThat(slope.right()).isCloseTo(3, org.assertj.core.data.Offset.offset(1e-6));
    }

    /** A bend that differs by less than the one-sided slopes are known is not seen: the bound does not reach both slopes. */
    @Test
    void aKinkOfOnePartInAHundredBillionIsNotSeen() {
        Slope slope = slope(t -> Math.exp(t) + 1e-11 * Math.abs(t), 0);

        assertThat(slope.isValidated()).isTrue();
        assertThat(slope.errorBound()).isLessThan(5e-12);
        assertThat(slope(t -> Math.exp(t) + 1e-4 * Math.abs(t), 0).isValidated())
                .isFalse();
    }
}
