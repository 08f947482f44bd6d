package dev.plumbline.compute.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunsTests {

    /** 2^22 sums in all, whatever the machine. */
    @Test
    void largeGradientsGoInFewerLanes() {
        assertThat(Runs.lanes(0, 8)).isEqualTo(8);
        assertThat(Runs.lanes(1 << 19, 8)).isEqualTo(8);
        assertThat(Runs.lanes((1 << 19) + 1, 8)).isEqualTo(7);
        assertThat(Runs.lanes(1 << 21, 8)).isEqualTo(2);
        assertThat(Runs.lanes(1 << 22, 8)).isEqualTo(1);
        assertThat(Runs.lanes(1L << 40, 8)).isEqualTo(1);
    }
}
