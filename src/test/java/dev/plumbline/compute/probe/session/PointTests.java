package dev.plumbline.compute.probe.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PointTests {

    private static final int NEAR = 4;

    private static double jitter(double bend, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Double> near = new ArrayList<>();
        for (int i = -NEAR; i <= NEAR; i++) {
            if (i != 0) {
                near.add(bend * Math.abs(i) + 0.3 * i + random.nextGaussian());
            }
        }
        return Point.jitter(random.nextGaussian(), near);
    }

    /** Too small a jitter makes failures of right claims. */
    @Test
    void jitterIsSeldomTakenForLess() {
        int less = 0;
        for (int seed = 0; seed < 20_000; seed++) {
            less += jitter(0, seed) < 0.15 ? 1 : 0;
        }
        assertThat(less).isLessThanOrEqualTo(120);
    }

    @Test
    void aBendAtThePointIsNoJitter() {
        int more = 0;
        for (int seed = 0; seed < 1000; seed++) {
            more += jitter(200, seed) > 10 ? 1 : 0;
        }
        assertThat(more).isLessThanOrEqualTo(60);
    }
}
