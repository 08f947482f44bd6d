package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class VacuousTests {

    private static Comparison compare(Tensor claimed, Tensor reference, double allowance) {
        return new Comparison("w", claimed, reference, Tensor.filled(claimed.shape(), allowance));
    }

    @Test
    void countsEntriesWhereBothAreZeroOrWithinTheAllowance() {
        Vacuous vacuous = Vacuous.of(List.of(
                compare(Tensor.vector(0, 1e-9, 1, 1e-9), Tensor.vector(0, -1e-9, 1, 1), 1e-8),
                compare(Tensor.vector(0, 1e-9), Tensor.vector(0, 1e-9), 0)));

        assertThat(vacuous).isEqualTo(new Vacuous(3, 6));
        assertThat(vacuous.share()).isEqualTo(0.5);
        assertThat(vacuous.isWorthAWarning()).isFalse();
    }

    @Test
    void warnsAboveOneHalf() {
        assertThat(Vacuous.of(List.of(compare(Tensor.vector(0, 0, 1), Tensor.vector(0, 0, 1), 0)))
                        .isWorthAWarning())
                .isTrue();
    }

    @Test
    void nothingIsNotVacuous() {
        assertThat(Vacuous.of(List.of()).share()).isZero();
        assertThat(Vacuous.of(List.of()).isWorthAWarning()).isFalse();
    }

    @Test
    void whatIsNotFiniteSaysSomething() {
        assertThat(Vacuous.of(List.of(compare(Tensor.vector(Double.NaN), Tensor.vector(0), 1)))
                        .vacuous())
                .isZero();
    }
}
