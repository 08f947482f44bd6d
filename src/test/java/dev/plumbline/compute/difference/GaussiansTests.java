package dev.plumbline.compute.difference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class GaussiansTests {

    private static final int COUNT = 4_000_000;

    private static double[] numbers(long seed, double multiple) {
        double[] numbers = new double[COUNT];
        Gaussians.fill(numbers, seed, multiple);
        return numbers;
    }

    /** Nowhere further from the distribution function than 4 million numbers are by chance: {@code 1.95 / sqrt(n)}, once in 1,000. */
    @Test
    void theyAreStandardNormal() {
        double[] sorted = numbers(1, 1);
        Arrays.sort(sorted);
        NormalDistribution normal = new NormalDistribution(null, 0, 1);
        double furthest = 0;
        for (int i = 0; i < COUNT; i += 97) {
            double expected = normal.cumulativeProbability(sorted[i]);
            furthest = Math.max(furthest, Math.abs(expected - (i + 0.5) / COUNT));
        }
        assertThat(furthest).isLessThanOrEqualTo(1.95 / Math.sqrt(COUNT));
    }

    /** Beyond 3.49 lies the tail of one cell in 2,048, which is not interpolated: 232.6 of a million beyond 3.5 and its mirror. */
    @Test
    void tailsAreThereAndEvenlyMany() {
        double[] numbers = numbers(2, 1);
        for (double size : new double[] {3.5, 4, 4.5}) {
            double expected = COUNT * new NormalDistribution(null, 0, 1).cumulativeProbability(-size);
            long above = Arrays.stream(numbers).filter(z -> z > size).count();
            long below = Arrays.stream(numbers).filter(z -> z < -size).count();
            assertThat(Math.abs(above - expected)).isLessThanOrEqualTo(5 * Math.sqrt(expected));
            assertThat(Math.abs(below - expected)).isLessThanOrEqualTo(5 * Math.sqrt(expected));
        }
    }

    /** Of sums and squares, and of neighbours: 5 standard deviations of a mean over 4 million. */
    @Test
    void momentsAreThoseOfIndependentNumbers() {
        double[] numbers = numbers(3, 1);
        double within = 5 / Math.sqrt(COUNT);
        double sum = 0;
        double squares = 0;
        double fourths = 0;
        double neighbours = 0;
        for (int i = 0; i < COUNT; i++) {
            double square = numbers[i] * numbers[i];
            sum += numbers[i];
            squares += square;
            fourths += square * square;
            neighbours += numbers[i] * numbers[(i + 1) % COUNT];
        }
        assertThat(Math.abs(sum / COUNT)).isLessThanOrEqualTo(within);
        assertThat(Math.abs(squares / COUNT - 1)).isLessThanOrEqualTo(Math.sqrt(2) * within);
        assertThat(Math.abs(fourths / COUNT - 3)).isLessThanOrEqualTo(Math.sqrt(96) * within);
        assertThat(Math.abs(neighbours / COUNT)).isLessThanOrEqualTo(within);
    }

    @Test
    void equalSeedsGiveEqualNumbersAndOthersOthers() {
        double[] numbers = numbers(4, 1);
        assertThat(numbers(4, 1)).isEqualTo(numbers);
        assertThat(numbers(4, 0.5))
                .isEqualTo(Arrays.stream(numbers).map(z -> 0.5 * z).toArray());
        double product = 0;
        double[] others = numbers(5, 1);
        for (int i = 0; i < COUNT; i++) {
            product += numbers[i] * others[i];
        }
        assertThat(Math.abs(product / COUNT)).isLessThanOrEqualTo(5 / Math.sqrt(COUNT));
    }
}
