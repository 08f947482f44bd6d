package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTests {

    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static Comparison compare(double[] claimed, double[] reference, double allowance) {
        Shape shape = Shape.of(claimed.length);
        return new Comparison(
                "w", Tensor.of(shape, claimed), Tensor.of(shape, reference), Tensor.filled(shape, allowance));
    }

    private static double[] numbers(double... values) {
        return values;
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-200, 1e200, 1e-320})
    void measuresTheSameAtEveryScale(double scale) {
        Comparison comparison = compare(numbers(3 * scale, 0, 4 * scale), numbers(3 * scale, 4 * scale, 0), 0);

        // 1e-320 is a subnormal with three digits.
        double tolerance = scale < 1e-300 ? 1e-2 : 1e-15;
        assertThat(comparison.relativeError()).isCloseTo(Math.sqrt(32) / 5, within(tolerance));
        assertThat(comparison.cosine()).isCloseTo(9.0 / 25, within(tolerance));
        assertThat(comparison.claimedNorm() / scale).isCloseTo(5, within(10 * tolerance));
        assertThat(comparison.referenceNorm() / scale).isCloseTo(5, within(10 * tolerance));
    }

    @Test
    void measuresAVanishingClaimBesideAnOrdinaryReference() {
        Comparison comparison = compare(numbers(1e-250, 1e-250), numbers(1, 1), 0);

        assertThat(comparison.relativeError()).isEqualTo(1);
        assertThat(comparison.cosine()).isCloseTo(1, within(1e-15));
    }

    @Test
    void definesErrorAndCosineOfZeros() {
        Comparison bothZero = compare(numbers(0, 0), numbers(0, 0), 0);
        assertThat(bothZero.relativeError()).isZero();
        assertThat(bothZero.cosine()).isEqualTo(1);
        assertThat(bothZero.verdict()).isEqualTo(Verdict.PASS);

        Comparison zeroReference = compare(numbers(1, 0), numbers(0, 0), 0);
        assertThat(zeroReference.relativeError()).isEqualTo(INFINITY);
        assertThat(zeroReference.cosine()).isZero();

        Comparison zeroClaim = compare(numbers(0, 0), numbers(1, 0), 0);
        assertThat(zeroClaim.relativeError()).isEqualTo(1);
        assertThat(zeroClaim.cosine()).isZero();
    }

    @Test
    void anEmptyTensorPasses() {
        Comparison empty = compare(numbers(), numbers(), 0);

        assertThat(empty.verdict()).isEqualTo(Verdict.PASS);
        assertThat(empty.relativeError()).isZero();
        assertThat(empty.worst(3)).isEmpty();
    }

    @Test
    void theAllowanceItselfIsStillAllowed() {
        assertThat(compare(numbers(1.5), numbers(1), 0.5).verdict()).isEqualTo(Verdict.PASS);
        assertThat(compare(numbers(1.5), numbers(1), Math.nextDown(0.5)).verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void aClaimThatIsNotFiniteFailsWhateverTheAllowance() {
        for (double claim : numbers(Double.NaN, INFINITY, -INFINITY)) {
            assertThat(compare(numbers(claim), numbers(1), 10).verdict()).isEqualTo(Verdict.FAIL);
            assertThat(compare(numbers(claim), numbers(1), INFINITY).verdict()).isEqualTo(Verdict.FAIL);
        }
    }

    @Test
    void nothingIsSaidWhereTheReferenceIsNotFinite() {
        for (double reference : numbers(Double.NaN, INFINITY)) {
            for (double claim : numbers(1, Double.NaN, INFINITY)) {
                Comparison comparison = compare(numbers(claim), numbers(reference), 1);
                assertThat(comparison.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
                assertThat(comparison.undefined()).isEqualTo(1);
            }
        }
        assertThat(compare(numbers(1), numbers(1), Double.NaN).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void oneWrongEntryOutweighsAnUndefinedOne() {
        assertThat(compare(numbers(1, 2), numbers(Double.NaN, 1), 0.1).verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void listsTheWorstFirst() {
        Comparison comparison =
                compare(numbers(1.05, 9, 2, Double.NaN, 1, 5, 1.08), numbers(1, 1, 1, 1, 1, Double.NaN, 1), 0.1);

        assertThat(comparison.beyond()).isEqualTo(3);
        assertThat(comparison.worst(99)).containsExactly(3, 1, 2, 5, 6, 0, 4);
        assertThat(comparison.worst(2)).containsExactly(3, 1);
        assertThat(comparison.worst(0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theWorstAreThoseThatSortingFinds(long seed) {
        Random random = new Random(seed);
        double[] claimed = random.doubles(500).map(x -> Math.rint(20 * x)).toArray(); // many equals
        Comparison comparison = compare(claimed, new double[500], 3);

        int[] sorted = IntStream.range(0, 500)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -claimed[i]))
                .mapToInt(i -> i)
                .toArray();
        for (int count : new int[] {1, 7, 100, 500}) {
            assertThat(comparison.worst(count))
                    .containsExactly(IntStream.of(sorted).limit(count).toArray());
        }
    }

    @Test
    void refusesShapesThatDiffer() {
        assertThatThrownBy(() -> new Comparison(
                        "w", Tensor.vector(1, 2), Tensor.zeros(Shape.of(2, 1)), Tensor.zeros(Shape.of(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 1]");
    }

    /**
     * A dense layer's {@code x^T dz}, 64 samples, 20 inputs, 30 outputs, entirely in float32, against float64. The
     * allowance is 8 unit roundoffs of {@code |x|^T |dz|}: rounding of a sum of 64 grows like its square root, 8.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void passesARightFloat32GradientWithCancellationAndFailsOneThatIsAPercentOff(long seed) {
        Random random = new Random(seed);
        Shape shape = Shape.of(20, 30);
        double[] claimed = new double[600];
        double[] reference = new double[600];
        double[] allowance = new double[600];
        for (int sample = 0; sample < 64; sample++) {
            double[] x = random.doubles(20, -1, 1).toArray();
            double[] dz = random.doubles(30, -1, 1).toArray();
            for (int i = 0; i < 600; i++) {
                claimed[i] = (float) claimed[i] + (float) x[i / 30] * (float) dz[i % 30];
                reference[i] += x[i / 30] * dz[i % 30];
                allowance[i] += 8 * 0x1p-24 * Math.abs(x[i / 30] * dz[i % 30]);
            }
        }
        Tensor n = Tensor.of(shape, reference);
        Comparison right = new Comparison("w", Tensor.of(shape, claimed), n, Tensor.of(shape, allowance));
        assertThat(right.verdict()).isEqualTo(Verdict.PASS);

        int largest = IntStream.range(0, 600)
                .boxed()
                .max(Comparator.comparingDouble(i -> Math.abs(reference[i])))
                .orElseThrow();
        double[] wrong = claimed.clone();
        wrong[largest] *= 1.01;
        Comparison percent = new Comparison("w", Tensor.of(shape, wrong), n, Tensor.of(shape, allowance));
        assertThat(percent.beyond()).isEqualTo(1);
        assertThat(percent.worst(1)).containsExactly(largest);
    }
}
