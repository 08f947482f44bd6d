package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateTests {

    private static double bound(Double... residuals) {
        return Certificate.of(List.of(residuals), 1).bound();
    }

    /** Lower quantiles of the chi-squared distribution from printed tables (beta 0.05). */
    @ParameterizedTest
    @CsvSource({"1, 0.00393", "2, 0.103", "5, 1.145", "8, 2.733", "10, 3.940", "12, 5.226", "30, 18.493"})
    void usesTheLowerQuantile(int directions, double quantile) {
        Double[] residuals = new Double[directions];
        Arrays.fill(residuals, 0.0);
        residuals[0] = 3.0;

        assertThat(bound(residuals)).isCloseTo(3 / Math.sqrt(quantile), within(0.01 * 3 / Math.sqrt(quantile)));
        assertThat(Certificate.of(List.of(residuals), 1).directions()).isEqualTo(directions);
    }

    /**
     * The bound must hold in 95 % of cases; with 2000 cases the standard error is 0.5 %, so 93.5 % and 96.5 % are three
     * standard errors away.
     */
    @ParameterizedTest
    @CsvSource({"1, 40", "4, 40", "8, 40", "12, 40", "12, 3"})
    void coversAsOftenAsItPromises(int directions, int parameters) {
        Random random = new Random(31L * directions + parameters);
        int covered = 0;
        for (int trial = 0; trial < 2000; trial++) {
            double[] error = random.doubles(parameters, -1, 1).toArray();
            double norm = Math.sqrt(Arrays.stream(error).map(e -> e * e).sum());
            List<Double> residuals = new ArrayList<>();
            for (int j = 0; j < directions; j++) {
                double residual = 0;
                for (double e : error) {
                    residual += e * random.nextGaussian();
                }
                residuals.add(residual);
            }
            covered += norm <= Certificate.of(residuals, 1).certifiedTo() ? 1 : 0;
        }
        assertThat(covered / 2000.0).isBetween(0.935, 0.965);
    }

    /** A tensor that moved only a little may be off by more: in inverse proportion to its weight. */
    @Test
    void theTensorThatMovedLeastMayBeOffTheMost() {
        Certificate certificate = Certificate.of(List.of(3.0, 4.0), 0.01);

        assertThat(certificate.certifiedTo())
                .isCloseTo(100 * certificate.bound(), within(1e-9 * certificate.certifiedTo()));
        assertThat(certificate.boundOf(0.5)).isEqualTo(2 * certificate.bound());
    }

    @Test
    void certifiesNothingWithoutFiniteResiduals() {
        assertThat(bound()).isInfinite();
        assertThat(bound(1.0, Double.NaN)).isInfinite();
        assertThat(bound(1.0, Double.NEGATIVE_INFINITY)).isInfinite();
        assertThat(bound(0.0, 0.0)).isZero();
    }
}
