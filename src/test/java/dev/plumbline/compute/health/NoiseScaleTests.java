package dev.plumbline.compute.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The noise of normal gradients whose noise scale is known: {@code dimensions deviation^2 / |G|^2}. */
class NoiseScaleTests {

    private static final int DIMENSIONS = 20;

    /** @param truth the noise scale; G has norm 1 */
    private static @Nullable NoiseScale noise(Random random, int samples, double truth, double size) {
        double deviation = Math.sqrt(truth / DIMENSIONS);
        double[][] gradients = new double[samples][DIMENSIONS];
        double[] mean = new double[DIMENSIONS];
        for (double[] gradient : gradients) {
            for (int i = 0; i < DIMENSIONS; i++) {
                gradient[i] = size * ((i == 0 ? 1 : 0) + deviation * random.nextGaussian());
                mean[i] += gradient[i] / samples;
            }
        }
        double[] squares = new double[samples];
        double[] products = new double[samples];
        for (int n = 0; n < samples; n++) {
            squares[n] = product(gradients[n], gradients[n]);
            products[n] = product(gradients[n], mean);
        }
        return NoiseScale.of(squares, products, product(mean, mean));
    }

    private static double product(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Two standard errors: nineteen of twenty, roughly, and no more than that. */
    @ParameterizedTest
    @CsvSource({"64, 1", "64, 10", "64, 60", "16, 5", "256, 200"})
    void theTruthLiesInTheIntervalNineTimesOfTen(int samples, double truth) {
        Random random = new Random(3);
        int inside = 0;
        for (int i = 0; i < 400; i++) {
            NoiseScale noise = Objects.requireNonNull(noise(random, samples, truth, 1));
            boolean above = noise.least() != null && truth >= noise.least();
            inside += above && (noise.most() == null || truth <= noise.most()) ? 1 : 0;
        }
        assertThat(inside / 400.0).isBetween(0.88, 0.985);
    }

    /** The ratio is off by as much as it is uncertain, its inverse on average by nothing: that is what is unbiased here. */
    @Test
    void theInverseIsRightOnAverage() {
        Random random = new Random(4);
        double sum = 0;
        for (int i = 0; i < 2000; i++) {
            Double scale = Objects.requireNonNull(noise(random, 64, 8, 1)).scale();
            sum += scale == null ? 0 : 1 / scale;
        }
        assertThat(sum / 2000).isCloseTo(1 / 8.0, within(0.003));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0x1p-300, 1e-6, 1e6, 0x1p300})
    void isFreeOfTheLosssScale(double size) {
        NoiseScale one = Objects.requireNonNull(noise(new Random(5), 32, 7, 1));
        NoiseScale other = Objects.requireNonNull(noise(new Random(5), 32, 7, size));

        double scale = Objects.requireNonNull(one.scale());
        double least = Objects.requireNonNull(one.least());
        assertThat(other.scale()).isCloseTo(scale, within(1e-9 * scale));
        assertThat(other.least()).isCloseTo(least, within(1e-9 * least));
    }

    /** Around the minimum of these very samples their mean is 0, which independent ones never have. */
    @Test
    void samplesThatCancelTellNothing() {
        NoiseScale noise = Objects.requireNonNull(NoiseScale.of(new double[] {1, 1, 1, 1, 1, 1}, new double[6], 0));

        assertThat(noise.scale()).isNull();
        assertThat(noise.least()).isNull();
        assertThat(findings(noise)).isEmpty();
    }

    @Test
    void takesFourSamplesThatDiffer() {
        assertThat(noise(new Random(1), 3, 1, 1)).isNull();
        assertThat(noise(new Random(1), 4, 1, 1)).isNotNull();
        assertThat(NoiseScale.of(new double[] {4, 4, 4, 4}, new double[] {4, 4, 4, 4}, 4))
                .isNull();
    }

    private static List<HealthFinding> findings(NoiseScale noise) {
        double[] norms = new double[noise.samples()];
        Arrays.fill(norms, 1);
        Condition condition = new Condition(1.0, List.of(), true, SampleNorms.of(norms, noise));
        return Diagnosis.of(condition, Profile.PLUMBLINE).findings();
    }

    @ParameterizedTest
    @CsvSource({"319, false", "321, true"})
    void aBatchIsNoiseWhereTheNoiseScaleIsTenTimesAsLargeAtTheLeast(double least, boolean found) {
        assertThat(findings(new NoiseScale(32, 500.0, least, null)).isEmpty()).isNotEqualTo(found);
    }

    /** Ten thousand directions of noise and one of signal: 32 samples tell that they are too few, and a whole batch is not. */
    @Test
    void theBatchThatItSuggestsIsLargeEnough() {
        HealthFinding finding =
                findings(new NoiseScale(32, 500.0, 400.0, 700.0)).get(0);
        Map<String, Double> numbers = finding.remedies().get(0).numbers();

        assertThat(finding.rule()).isEqualTo(Symptom.BATCH_SIZE);
        assertThat(numbers).containsEntry("batchSize", 500.0);
        assertThat(findings(new NoiseScale(500, 500.0, 400.0, 700.0))).isEmpty();
    }
}
