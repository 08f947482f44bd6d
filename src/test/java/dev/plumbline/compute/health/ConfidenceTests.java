package dev.plumbline.compute.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against SciPy 1.10.1: {@code 2 * stats.t.sf(t, df)}, {@code stats.t.ppf(0.975, df)}, and Wilson's interval in closed form. */
class ConfidenceTests {

    @ParameterizedTest
    @CsvSource({
        "0.5, 1, 0.7048327647",
        "2, 3.5, 0.1261385226",
        "5, 10, 0.0005373336028",
        "5, 198, 1.259339722e-06",
        "30, 4, 7.352856098e-06",
        "0.001, 50, 0.9992060948",
        "7, 9000, 2.742870846e-12"
    })
    void knowsStudentsTails(double t, double degrees, double expected) {
        assertThat(StudentT.twoSided(t, degrees)).isCloseTo(expected, Percentage.withPercentage(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"1, 12.70620474", "2.5, 3.574654842", "10, 2.228138852", "198, 1.972017478", "5000, 1.960438552"})
    void knowsStudentsQuantiles(double degrees, double expected) {
        assertThat(StudentT.quantile(degrees)).isCloseTo(expected, Percentage.withPercentage(1e-6));
    }

    @Test
    void takesTheNormalDistributionForManyDegrees() {
        assertThat(StudentT.twoSided(5, StudentT.NORMAL)).isCloseTo(5.733031438e-07, Percentage.withPercentage(0.1));
        assertThat(StudentT.quantile(StudentT.NORMAL)).isCloseTo(1.959963985, Percentage.withPercentage(0.01));
    }

    @Test
    void givesTheIntervalOfAShareAsWilsonDid() {
        Confidence share = Confidence.ofShare("share", 17, 200, 0.05);

        assertThat(share.estimate()).isEqualTo(0.085);
        assertThat(share.low()).isCloseTo(0.0537457501775, Percentage.withPercentage(1e-6));
        assertThat(share.high()).isCloseTo(0.131895870716, Percentage.withPercentage(1e-6));
        assertThat(Confidence.ofShare("share", 0, 200, 0.05).low()).isLessThan(1e-15);
    }

    @Test
    void isCertainOfWhatHasNoError() {
        assertThat(Confidence.of("slope", 1, 0, 10)).isEqualTo(new Confidence("slope", 1, 1, 1, 0));
        assertThat(Confidence.of("slope", 0, 0, 10).pValue()).isOne();
    }
}
