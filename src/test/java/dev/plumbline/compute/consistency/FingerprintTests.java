package dev.plumbline.compute.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FingerprintTests {

    @Test
    void seesEverySingleBitThatChanges() {
        Random random = new Random(3);
        double[] values = random.doubles(64, -1, 1).toArray();
        Tensor tensor = Tensor.vector(values);
        Fingerprint before = Fingerprint.of(Map.of("x", tensor, "y", Tensor.scalar(1)));

        assertThat(before.still(Map.of("x", tensor, "y", Tensor.scalar(1))).holds())
                .isTrue();
        for (int i = 0; i < values.length; i++) {
            double kept = values[i];
            values[i] = Double.longBitsToDouble(Double.doubleToRawLongBits(kept) ^ 1L << random.nextInt(64));
            Finding finding = before.still(Map.of("x", tensor, "y", Tensor.scalar(1)));

            assertThat(finding.holds()).isFalse();
            assertThat(finding.detail()).endsWith("written into: x.");
            values[i] = kept;
        }
        assertThat(before.still(Map.of("x", tensor, "y", Tensor.scalar(1))).holds())
                .isTrue();
    }

    @Test
    void seesTwoValuesThatChangePlaces() {
        Tensor tensor = Tensor.vector(1, 2, 3);
        Fingerprint before = Fingerprint.of(Map.of("x", tensor));
        tensor.values()[0] = 2;
        tensor.values()[1] = 1;

        assertThat(before.still(Map.of("x", tensor)).holds()).isFalse();
    }

    @Test
    void tellsZeroFromMinusZero() {
        Fingerprint before = Fingerprint.of(Map.of("x", Tensor.scalar(0.0)));

        assertThat(before.still(Map.of("x", Tensor.scalar(-0.0))).holds()).isFalse();
    }
}
