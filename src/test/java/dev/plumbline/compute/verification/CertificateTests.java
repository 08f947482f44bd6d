package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bound on the error of a reference, against errors that are known. */
class CertificateTests {

    /** 10 of 200 are expected beyond the bound; 20 or none at all would be a confidence of another kind. */
    @Test
    void theBoundHoldsInNinetyFiveOfAHundredRuns() {
        int beyond = 0;
        for (int run = 0; run < 200; run++) {
            Random random = new Random(run);
            double error = 3;
            List<Double> residuals = Stream.generate(() -> error * random.nextGaussian())
                    .limit(8)
                    .toList();
            beyond += Certificate.of(residuals, 1).bound() < error ? 1 : 0;
        }
        assertThat(beyond).isBetween(1, 20);
    }

    /** chi2(8) has its lower twentieth at 2.7326. */
    @Test
    void theBoundIsTheClosedForm() {
        Certificate certificate = Certificate.of(List.of(1.0, -1.0, 1.0, 1.0, 1.0, -1.0, 1.0, 1.0), 0.25);

        assertThat(Math.abs(certificate.bound() - Math.sqrt(8 / 2.7326))).isLessThanOrEqualTo(1e-4);
        assertThat(certificate.certifiedTo()).isEqualTo(4 * certificate.bound());
        assertThat(certificate.boundOf(0.5)).isEqualTo(2 * certificate.bound());
        assertThat(certificate.directions()).isEqualTo(8);
    }

    @Test
    void withoutFiniteResidualsNothingIsCertified() {
        assertThat(Certificate.of(List.of(), 1)).isEqualTo(Certificate.NONE);
        assertThat(Certificate.of(List.of(1.0, Double.NaN), 1)).isEqualTo(Certificate.NONE);
    }
}
