package dev.plumbline.compute.difference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FourPointsTests {

    private static final double H = 0x1p-13;

    private static FourPoints points(DoubleUnaryOperator f, double sigma) {
        double[] changes = Arrays.stream(FourPoints.OFFSETS)
                .map(offset -> f.applyAsDouble(offset * H) - f.applyAsDouble(0))
                .toArray();
        return new FourPoints(0, H, changes, sigma);
    }

    /** A kink of slope 0.3 anywhere within 2h never moves the value by more than the bound; at the point it has both slopes. */
    @Test
    void oneKinkAnywhereIsCovered() {
        for (double distance = 0; distance < 2.5 * H; distance += H / 64) {
            double kink = distance;
            FourPoints points = points(t -> 0.3 * Math.max(t - kink, 0), 1e-18);

            assertThat(Math.abs(points.value())).isLessThanOrEqualTo(points.bound(0));
        }
        assertThat(points(t -> 0.3 * Math.max(t, 0), 1e-18).bound(0)).isBetween(0.15, 0.31);
    }

    /** For 2 the second derivative jumps: a bound that assumes fourth order is 30 times too small there. */
    @ParameterizedTest
    @ValueSource(doubles = {2, 2.5, 3, 4, 5, 6})
    void anyOddPowerIsCovered(double power) {
        FourPoints points = points(t -> Math.signum(t) * Math.pow(Math.abs(t), power), 1e-40);

        assertThat(Math.abs(points.value())).isLessThanOrEqualTo(points.bound(0));
    }

    /** Noise alone: E has the standard deviation 0.95 sigma / h, and the bound is six sigma / h. */
    @Test
    void roundOffIsSixTimesTheNoiseOverTheStep() {
        double bound = points(t -> t, 1e-9).bound(0);

        assertThat(bound).isBetween(5e-9 / H, 7e-9 / H);
    }

    @Test
    void abnormalNoiseWithoutASignalIsSilence() {
        assertThat(points(t -> 15e-9 / (2 * H) * t, 1e-9).isNoiseWithoutSignal(1e-16))
                .isTrue();
        assertThat(points(t -> 40e-9 / (2 * H) * t, 1e-9).isNoiseWithoutSignal(1e-16))
                .isFalse();
        assertThat(points(t -> 1e-9 * t, 4e-13).isNoiseWithoutSignal(1e-16)).isTrue();
        assertThat(points(t -> 1e-13 * t, 3e-14).isNoiseWithoutSignal(1e-16)).isFalse();
        assertThat(points(t -> 0, 1).isNoiseWithoutSignal(1e-16)).isFalse();
    }

    @Test
    void bendsWhereTheDistanceOfTheSidesStays() {
        assertThat(points(Math::abs, 1e-18).bends()).isTrue();
        assertThat(points(t -> Math.abs(t) + 0.5e-3 / H * t * t, 1e-18).bends()).isTrue();
        assertThat(points(t -> Math.abs(t) + 5e-3 / H * t * t, 1e-18).bends()).isFalse();
        assertThat(points(Math::exp, 1e-18).bends()).isFalse();
    }

    /** A bound of half a millionth of the value is sharp, one of four millionths is not: other steps are tried. */
    @Test
    void isSharpToOnePartInAMillion() {
        assertThat(points(t -> t + 0.75e-6 * t * Math.abs(t) / H, 1e-30).isSharp())
                .isTrue();
        assertThat(points(t -> t + 6e-6 * t * Math.abs(t) / H, 1e-30).isSharp()).isFalse();
    }

    /** On a stair all four values are equal: the derivative is 0 to no better than the noise that the caller knows of. */
    @Test
    void equalValuesAreAStair() {
        assertThat(points(t -> 0, 1e-30).bound(1e-10)).isGreaterThanOrEqualTo(2e-10 / H);
        assertThat(points(t -> Math.floor(1 + 1.5 * t / H) * 1e-3, 1e-30).bound(0))
                .isGreaterThanOrEqualTo(1e-3 / H);
    }
}
