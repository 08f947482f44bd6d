package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToleranceTests {

    /** {@code torch.allclose(input, other)} is relative to {@code other}: the numeric gradient, in gradcheck. */
    @ParameterizedTest
    @CsvSource({
        "1.00100, 1, PASS",
        "1.00102, 1, FAIL",
        "0.99899, 1, PASS",
        "0.99898, 1, FAIL",
        "0.9e-5, 0, PASS",
        "1.1e-5, 0, FAIL",
        "-1e-6, 1e-6, PASS",
        "100.1, 100, PASS",
        "100.11, 100, FAIL"
    })
    void agreesWithTorch(double claimed, double reference, Verdict verdict) {
        Tensor n = Tensor.vector(reference);
        Tensor allowance = Tolerance.AllClose.TORCH.allowance(n, Tensor.vector(0));

        assertThat(new Comparison("w", Tensor.vector(claimed), n, allowance).verdict())
                .isEqualTo(verdict);
    }

    @Test
    void isRelativeToTheReferenceAndNotToTheClaim() {
        Tolerance half = new Tolerance.AllClose(0, 0.5);
        Tensor one = Tensor.vector(1);
        Tensor two = Tensor.vector(2);

        assertThat(new Comparison("w", one, two, half.allowance(two, one)).verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(new Comparison("w", two, one, half.allowance(one, one)).verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void calibratedTakesWhatRoundingExplains() {
        Tensor calibrated = Tensor.vector(3e-16);

        assertThat(new Tolerance.Calibrated().allowance(Tensor.vector(1), calibrated))
                .isSameAs(calibrated);
    }

    @Test
    void refusesNegativeTolerances() {
        assertThatThrownBy(() -> new Tolerance.AllClose(-1e-5, 1e-3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tolerance.AllClose(0, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
