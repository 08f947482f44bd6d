package dev.plumbline.compute.verification;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.tensor.Tensor;
import org.junit.jupiter.api.Test;

class RulingsTests {

    @Test
    void everyRulingIsKeptWhereItWasPutAndNothingElsewhere() {
        Ruling[] all = Ruling.values();
        Rulings rulings = new Rulings(all.length + 1);
        for (Ruling ruling : all) {
            assertThat(rulings.has(ruling)).isFalse();
            rulings.set(ruling.ordinal(), ruling);
        }
        for (Ruling ruling : all) {
            assertThat(rulings.at(ruling.ordinal())).isEqualTo(ruling);
            assertThat(rulings.has(ruling)).isTrue();
        }
        assertThat(rulings.at(all.length)).isNull();
        assertThat(rulings.present()).containsExactlyInAnyOrder(all);
        assertThat(rulings.counts()).hasSize(all.length).containsOnly(1);
    }

    @Test
    void replacingLeavesAloneWhatIsNotJudged() {
        Rulings rulings = new Rulings(3);
        rulings.set(0, Ruling.FAIL);
        rulings.set(2, Ruling.PASS);
        rulings.replaceAll(ruling -> ruling == Ruling.FAIL ? Ruling.DROWNS : ruling);
        assertThat(rulings.at(0)).isEqualTo(Ruling.DROWNS);
        assertThat(rulings.at(1)).isNull();
        assertThat(rulings.at(2)).isEqualTo(Ruling.PASS);
    }

    /** A large tensor that passes is there once; what a ruling changes is changed in a copy. */
    @Test
    void aComparisonSharesTheTensorsThatItsRulingsDoNotChange() {
        Tensor claim = Tensor.vector(1, 2);
        Tensor reference = Tensor.vector(1, 2.5);
        Tensor allowance = Tensor.vector(0.1, 0.1);
        Rulings rulings = new Rulings(2);
        rulings.set(0, Ruling.PASS);
        rulings.set(1, Ruling.FAIL);
        Comparison comparison = Ruling.comparison("w", claim, reference, allowance, rulings);
        assertThat(comparison.reference()).isSameAs(reference);
        assertThat(comparison.allowance()).isSameAs(allowance);

        rulings.set(1, Ruling.SUBGRADIENT);
        Comparison other = Ruling.comparison("w", claim, reference, allowance, rulings);
        assertThat(other.reference()).isEqualTo(Tensor.vector(1, 2));
        assertThat(reference).isEqualTo(Tensor.vector(1, 2.5));
    }
}
