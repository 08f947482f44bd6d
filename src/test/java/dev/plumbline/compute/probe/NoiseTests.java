package dev.plumbline.compute.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseTests {

    @ParameterizedTest
    @ValueSource(doubles = {1e-12, 1e-9, 1e-6, 1e-3})
    void recoversInjectedNoise(double injected) {
        int near = 0;
        for (int seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] values = Arrays.stream(Noise.offsets(1))
                    .map(t -> Math.sin(1 + t) + injected * random.nextGaussian())
                    .toArray();
            double ratio = Noise.of(values).sigma() / injected;
            near += ratio > 1 / 2.5 && ratio < 2.5 ? 1 : 0;
        }
        assertThat(near).isGreaterThanOrEqualTo(48); // nine values know a standard deviation to about a quarter
    }

    @Test
    void smoothFunctionHasTheNoiseOfItsRounding() {
        double[] values =
                Arrays.stream(Noise.offsets(1)).map(t -> 1000 * Math.exp(t)).toArray();

        assertThat(Noise.of(values).sigma()).isBetween(0x1p-53 * 999, 0x1p-53 * 1000 * 10);
    }

    @Test
    void constantHasTheRoundingOfItsValue() {
        double[] values = new double[Noise.POINTS];
        Arrays.fill(values, 8);

        assertThat(Noise.of(values).sigma()).isEqualTo(0x1p-50);
    }

    @Test
    void offsetsAreEquallySpacedAroundZero() {
        double[] offsets = Noise.offsets(5);

        assertThat(offsets).hasSize(9);
        assertThat(offsets[4]).isZero();
        for (int i = 1; i < offsets.length; i++) {
            assertThat(offsets[i] - offsets[i - 1]).isCloseTo(5e-8, org.assertj.core.data.Offset.offset(1e-20));
        }
    }
}
