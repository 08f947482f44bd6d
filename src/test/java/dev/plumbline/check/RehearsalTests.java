package dev.plumbline.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.judgement.Verdict;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

class RehearsalTests {

    /** It would rehearse a refusal otherwise. */
    @Test
    void itsCheckPasses() {
        assertThat(Rehearsal.check(Rehearsal.request())).isEqualTo(Verdict.PASS);
    }

    @Test
    void readinessWaitsForItsEnd() throws Exception {
        Rehearsal rehearsal = new Rehearsal();
        assertThat(rehearsal.health().getStatus()).isEqualTo(Status.UP);
        Rehearsal.begin();
        assertThat(rehearsal.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        for (int i = 0; i < 600 && !rehearsal.health().getStatus().equals(Status.UP); i++) {
            Thread.sleep(100);
        }
        assertThat(rehearsal.health().getStatus()).isEqualTo(Status.UP);
    }
}
