package dev.plumbline.compute.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetTests {

    /** As it is documented: 300 in the two seconds of default, and as many more as there are more seconds. */
    @ParameterizedTest
    @CsvSource({"0.1, 300", "2, 300", "4, 600", "600, 90000"})
    void whoeverGivesMoreTimeGetsMorePasses(double seconds, int passes) {
        assertThat(Budget.SECONDS).isEqualTo(2);
        assertThat(Budget.most(seconds)).isEqualTo(passes);
        AtomicInteger told = new AtomicInteger();
        Budget budget = Budget.of(seconds, (at, most) -> told.set(most));
        budget.charge(passes - 1);
        assertThat(budget.isOpen()).isFalse();
        assertThat(told).hasValue(passes);
        budget.release();
        assertThat(budget.isOpen()).isTrue();
        budget.charge(1);
        assertThat(budget.exhausted()).isEqualTo("passes");
    }
}
