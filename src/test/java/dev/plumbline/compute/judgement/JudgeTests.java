package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JudgeTests {

    /** {@code sqrt(2 ln(100 P))}, by hand. */
    @ParameterizedTest
    @CsvSource({"1, 3.0349", "10, 3.7169", "1000, 4.7985", "1000000, 6.0697"})
    void kappaIsTheDocumentedOne(long probes, double kappa) {
        assertThat(new Judge(probes).kappa()).isCloseTo(kappa, within(5e-5));
    }

    /** The union bound: among P normal deviations the largest exceeds kappa in no more than one of a hundred sets. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100})
    void accusesNoMoreThanOneRightGradientInAHundred(int probes) {
        double kappa = new Judge(probes).kappa();
        Random random = new Random(probes);
        int accused = 0;
        for (int set = 0; set < 10_000; set++) {
            boolean beyond = false;
            for (int probe = 0; probe < probes; probe++) {
                beyond |= Math.abs(random.nextGaussian()) > kappa;
            }
            accused += beyond ? 1 : 0;
        }
        assertThat(accused).isLessThanOrEqualTo(100);
        // and not by being blind: some are
        assertThat(accused).isPositive();
    }

    @Test
    void needsSomethingToJudge() {
        assertThatThrownBy(() -> new Judge(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
