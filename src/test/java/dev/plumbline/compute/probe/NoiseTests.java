package dev.plumbline.compute.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseTests {

    private static double sigma(DoubleUnaryOperator function, double at, double rounding) {
        double[] values = Arrays.stream(Noise.offsets(1))
                .map(t -> function.applyAsDouble(at + t))
                .toArray();
        return Noise.measured(values, rounding).sigma();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-12, 1e-9, 1e-6, 1e-3})
    void recoversInjectedNoise(double injected) {
        int near = 0;
        for (int seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double ratio = sigma(t -> Math.sin(t) + injected * random.nextGaussian(), 1, 0) / injected;
            near += ratio > 1 / 2.5 && ratio < 2.5 ? 1 : 0;
        }
        assertThat(near).isGreaterThanOrEqualTo(45); // the smaller of two, each known to a quarter
    }

    @Test
    void smoothFunctionHasTheNoiseOfItsRounding() {
        assertThat(sigma(t -> 1000 * Math.exp(t), 0, 0)).isBetween(0x1p-53 * 999, 0x1p-53 * 1000 * 10);
    }

    /** Half a radian from value to value: orders that agree only within a factor 40 are the smooth part as it falls. */
    @Test
    void whatFallsFromOrderToOrderIsNotNoise() {
        assertThat(sigma(t -> Math.sin(0x1p31 * t), 1, 0)).isLessThan(0.01);
    }

    @Test
    void constantHasTheRoundingOfItsValue() {
        assertThat(sigma(t -> 8, 1, 0)).isEqualTo(0x1p-50);
        assertThat(sigma(t -> 0, 1, 0)).isEqualTo(Double.MIN_VALUE);
    }

    @Test
    void doesNotDependOnTheSizeOfTheValues() {
        for (double size : new double[] {1e-200, 1e250}) {
            assertThat(sigma(t -> size * Math.exp(t), 0, 0)).isBetween(0x1p-53 * size / 2, 0x1p-53 * size * 10);
        }
    }

    @Test
    void isNeverLessThanWhatRoundingOfIntermediateValuesDoes() {
        assertThat(sigma(Math::sin, 1, 1e-7)).isEqualTo(1e-7);
    }

    /** 2 pi in the wide spacing: what looks like noise there is smooth in the narrow one. */
    @Test
    void oscillationThatIsFastForOneSpacingIsNotNoise() {
        assertThat(sigma(t -> Math.sin(1e8 * t), 1, 0)).isLessThan(1e-7);
    }

    @Test
    void offsetsAreEquallySpacedAroundZeroAtTwoSpacings() {
        double[] offsets = Noise.offsets(0x1p3);

        assertThat(offsets).hasSize(18);
        for (int i = 0; i < 9; i++) {
            assertThat(offsets[i]).isEqualTo((i - 4) * 0x1p-21);
            assertThat(offsets[9 + i]).isEqualTo((i - 4) * 0x1p-29);
        }
    }
}
