package dev.plumbline.compute.judgement;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VerdictTests {

    @Test
    void failIsWorstThenInconclusiveThenKinkThenPass() {
        assertThat(Verdict.values()).containsExactly(Verdict.PASS, Verdict.KINK, Verdict.INCONCLUSIVE, Verdict.FAIL);
        for (Verdict one : Verdict.values()) {
            for (Verdict other : Verdict.values()) {
                Verdict worse = one.ordinal() > other.ordinal() ? one : other;
                assertThat(one.worse(other)).isEqualTo(worse);
            }
        }
    }
}
