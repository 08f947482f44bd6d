package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.NoiseInjection.Sizes;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoiseInjectionTests {

    private static Comparison right(String name, Shape shape, Datatype datatype, long seed) {
        Right right = Right.of(shape, datatype, seed);
        return right.named(name, right.computed());
    }

    private static Sizes sizes(NoiseInjection injection, String tensor) {
        return Objects.requireNonNull(injection.tensors().get(tensor));
    }

    /** The claim with real noise of other draws than those the sizes come from. */
    private static boolean isSeen(Comparison comparison, double size, boolean additive, long seed) {
        Random random = new Random(seed);
        double rms = comparison.claimedNorm() / Math.sqrt(comparison.size());
        Tensor noisy = comparison.claimed().map(a -> a + size * (additive ? rms : Math.abs(a)) * random.nextGaussian());
        return new Comparison("noisy", noisy, comparison.reference(), comparison.allowance()).verdict() == Verdict.FAIL;
    }

    @ParameterizedTest
    @CsvSource({"FP64, 400", "FP32, 400", "FP32, 60000", "BF16, 3000", "FP32, 1", "FP64, 7"})
    void noiseIsSeenFromTheSizeThatItSays(Datatype datatype, int entries) {
        Comparison comparison = right("w", Shape.of(entries), datatype, 4);
        Sizes sizes = sizes(NoiseInjection.of(List.of(comparison), 1), "w");

        for (boolean additive : new boolean[] {true, false}) {
            double size = additive ? sizes.additive() : sizes.multiplicative();
            int seen = 0;
            int seenBelow = 0;
            for (int seed = 0; seed < 100; seed++) {
                seen += isSeen(comparison, 4 * size, additive, seed) ? 1 : 0;
                seenBelow += isSeen(comparison, size / 100, additive, seed) ? 1 : 0;
            }
            // A scalar's noise may happen to be small: of 20 draws the smallest is about 0.06, a quarter of it rarer
            // still.
            assertThat(seen).isGreaterThanOrEqualTo(entries == 1 ? 90 : 100);
            assertThat(seenBelow).isLessThanOrEqualTo(entries == 1 ? 15 : 2);
        }
    }

    @Test
    void wholeNoiseIsSeenWhereTheMostSensitiveTensorSeesIt() {
        Comparison sharp = right("sharp", Shape.of(500), Datatype.FP64, 1);
        Comparison coarse = right("coarse", Shape.of(500), Datatype.BF16, 2);
        NoiseInjection injection = NoiseInjection.of(List.of(sharp, coarse), 1);

        assertThat(injection.whole().multiplicative())
                .isBetween(
                        sizes(injection, "sharp").multiplicative() / 4,
                        4 * sizes(injection, "sharp").multiplicative())
                .isLessThan(sizes(injection, "coarse").multiplicative() / 1e6);
    }

    @Test
    void noiseAsLargeAsRoundingIsWhatItSees() {
        Sizes float64 = sizes(NoiseInjection.of(List.of(right("w", Shape.of(2000), Datatype.FP64, 3)), 1), "w");
        Sizes float32 = sizes(NoiseInjection.of(List.of(right("w", Shape.of(2000), Datatype.FP32, 3)), 1), "w");

        assertThat(float64.multiplicative()).isBetween(1e-17, 1e-14);
        assertThat(float32.multiplicative()).isBetween(1e-8, 1e-5);
    }

    @Test
    void anyNoiseShowsWhereTheGradientIsExactlyZeroAndNoneCanBeMeasuredInNothing() {
        Tensor n = Tensor.vector(0, 0, 0, 1);
        Sizes sizes = sizes(NoiseInjection.of(List.of(new Comparison("b", n, n, Tensor.vector(0, 0, 0, 0.1))), 1), "b");
        assertThat(sizes.additive()).isZero();
        assertThat(sizes.multiplicative()).isGreaterThan(0.01);

        Tensor zeros = Tensor.zeros(Shape.of(3));
        Sizes ofZeros = sizes(NoiseInjection.of(List.of(new Comparison("b", zeros, zeros, zeros)), 1), "b");
        assertThat(ofZeros.additive()).isInfinite();
        assertThat(ofZeros.multiplicative()).isInfinite();
    }
}
