package dev.plumbline.compute.difference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateTests {

    /** Lower quantiles of the chi-squared distribution from printed tables (beta 0.05). */
    @ParameterizedTest
    @CsvSource({"1, 0.00393", "2, 0.103", "5, 1.145", "10, 3.940", "12, 5.226", "30, 18.493"})
    void usesTheLowerQuantile(int directions, double quantile) {
        double[] residuals = new double[directions];
        residuals[0] = 3;

        assertThat(Certificate.bound(residuals, 0.95))
                .isCloseTo(3 / Math.sqrt(quantile), within(0.01 * 3 / Math.sqrt(quantile)));
    }

    /**
     * The bound must hold in 95 % of cases; with 2000 cases the standard error is 0.5 %, so 93.5 % and 96.5 % are three
     * standard errors away.
     */
    @ParameterizedTest
    @CsvSource({"1, 40", "4, 40", "12, 40", "12, 3"})
    void coversAsOftenAsItPromises(int directions, int parameters) {
        Random random = new Random(31L * directions + parameters);
        int covered = 0;
        for (int trial = 0; trial < 2000; trial++) {
            double[] error = random.doubles(parameters, -1, 1).toArray();
            double norm = Math.sqrt(Arrays.stream(error).map(e -> e * e).sum());
            double[] residuals = new double[directions];
            for (int j = 0; j < directions; j++) {
                for (double e : error) {
                    residuals[j] += e * random.nextGaussian();
                }
            }
            covered += norm <= Certificate.bound(residuals, 0.95) ? 1 : 0;
        }
        assertThat(covered / 2000.0).isBetween(0.935, 0.965);
    }

    @Test
    void certifiesNothingWithoutFiniteResiduals() {
        assertThat(Certificate.bound(new double[0], 0.95)).isInfinite();
        assertThat(Certificate.bound(new double[] {1, Double.NaN}, 0.95)).isInfinite();
        assertThat(Certificate.bound(new double[] {1, Double.NEGATIVE_INFINITY}, 0.95))
                .isInfinite();
        assertThat(Certificate.bound(new double[] {0, 0}, 0.95)).isZero();
    }

    @Test
    void keepsTinyAndHugeResiduals() {
        double one = Certificate.bound(new double[] {3, 4}, 0.95);

        assertThat(Certificate.bound(new double[] {3e-200, 4e-200}, 0.95) / 1e-200)
                .isCloseTo(one, within(1e-12 * one));
        assertThat(Certificate.bound(new double[] {3e200, 4e200}, 0.95) / 1e200).isCloseTo(one, within(1e-12 * one));
    }

    @Test
    void refusesAConfidenceThatIsNone() {
        for (double confidence : new double[] {0, 1, -1, Double.NaN}) {
            assertThatThrownBy(() -> Certificate.bound(new double[] {1}, confidence))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
