package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The ruling on an entry that drowns in float64, on both sides of each threshold. */
class CancellingTests {

    private static final double RMS = 1e-3;

    /** gd = 1, ad about 9e-16 of an allowance of 1e-2. */
    private static Ruling rule(double error) {
        return Cancelling.rule(1 + error, 1, 1e-2, RMS, 1e-9, true);
    }

    @Test
    void beyondFourSpreadsIsRefuted() {
        assertThat(rule(4.01 * RMS)).isEqualTo(Ruling.FAIL);
        assertThat(rule(3.99 * RMS)).isEqualTo(Ruling.DROWNS);
    }

    @Test
    void withinTheSmallestDefectIsRight() {
        assertThat(rule(0.99e-9)).isEqualTo(Ruling.PASS);
        assertThat(rule(1.01e-9)).isEqualTo(Ruling.DROWNS);
    }

    @Test
    void whatDoubleDoubleItselfDoesNotKnowToAHundredthDrowns() {
        double allowance = 0x1p50; // own error 1 and some
        assertThat(Cancelling.rule(101, 101, allowance, 1e9, 1e-9, true)).isEqualTo(Ruling.PASS);
        assertThat(Cancelling.rule(99, 99, allowance, 1e9, 1e-9, true)).isEqualTo(Ruling.DROWNS);
    }

    @Test
    void aCertifiedZeroIsRightWithinRounding() {
        double allowance = 0x1p-10; // own error 2^-60
        assertThat(Cancelling.rule(1e-5, 0x1p-61, allowance, RMS, 1e-9, true)).isEqualTo(Ruling.PASS);
        assertThat(Cancelling.rule(1e-5, 0x1p-59, allowance, RMS, 1e-9, true)).isEqualTo(Ruling.DROWNS);
        assertThat(Cancelling.rule(5e-3, 0x1p-61, allowance, RMS, 1e-9, true)).isEqualTo(Ruling.FAIL);
    }

    @Test
    void withoutAReferenceNothingIsSaid() {
        assertThat(Cancelling.rule(1, Double.NaN, 1, 1, 1e-9, true)).isEqualTo(Ruling.NOTHING);
    }
}
