package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DrowningTests {

    private static final Tensor GRADIENT = Tensor.vector(3, -1, 1e-6);
    private static final double RMS = GRADIENT.norm() / Math.sqrt(3);
    private static final Tensor NARROW = Tensor.vector(2, 2, 2);

    private static Drowning drowning(boolean isZero, double underflow) {
        return new Drowning(GRADIENT, Drowning.ONE_ENTRY, RMS, isZero, underflow, NARROW);
    }

    private static Ruling ruling(Ruling before, double claim, int i) {
        return drowning(false, 0).confirmed(before, claim, i);
    }

    @Test
    void anEntryOffByOnePercentIsNotConfirmedAndOneOffByAPartInAThousandIs() {
        assertThat(ruling(Ruling.PASS, 3 * 1.01, 0)).isEqualTo(Ruling.DROWNS);
        assertThat(ruling(Ruling.PASS, 3 * 1.001, 0)).isEqualTo(Ruling.PASS);
    }

    @Test
    void aSmallEntryMayBeAllRounding() {
        assertThat(ruling(Ruling.PASS, -1e-3, 2)).isEqualTo(Ruling.PASS);
        assertThat(ruling(Ruling.PASS, -1e-1, 2)).isEqualTo(Ruling.DROWNS);
    }

    @Test
    void whatSixteenBitsThroughoutAloneExplainIsUndecided() {
        assertThat(ruling(Ruling.FAIL, 3 * 1.2, 0)).isEqualTo(Ruling.DROWNS);
        assertThat(ruling(Ruling.FAIL, 3 * 1.5, 0)).isEqualTo(Ruling.DROWNS);
        assertThat(ruling(Ruling.FAIL, 6, 0)).isEqualTo(Ruling.FAIL);
        assertThat(drowning(false, 0).with(null).confirmed(Ruling.FAIL, 3 * 1.2, 0))
                .isEqualTo(Ruling.FAIL);
    }

    @Test
    void aGradientOfZerosAndWhatUnderflowsCannotDrown() {
        assertThat(drowning(true, 0).confirmed(Ruling.PASS, 4, 0)).isEqualTo(Ruling.PASS);
        assertThat(drowning(false, 0.3).confirmed(Ruling.PASS, 4, 0)).isEqualTo(Ruling.PASS);
        assertThat(drowning(false, 0.03).confirmed(Ruling.PASS, 4, 0)).isEqualTo(Ruling.DROWNS);
    }
}
