package dev.plumbline.compute.health.course;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.health.Profile;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A loss that falls steadily is healthy: over a run as over a window, however slowly, however noisily, at any scale. */
class FallingLossTests {

    private static final int STEPS = 600;

    static Stream<Arguments> falling() {
        return Stream.of(
                Arguments.of("by a power law", 0.1, (IntToDoubleFunction) t -> Math.pow(t + 1, -0.3)),
                Arguments.of("by a slow power law", 0.01, (IntToDoubleFunction) t -> Math.pow(t + 1, -0.1)),
                Arguments.of("as one over t", 0.1, (IntToDoubleFunction) t -> 1.0 / (t + 1)),
                Arguments.of("exponentially", 0.1, (IntToDoubleFunction) t -> Math.exp(-t / 200.0)),
                Arguments.of("by the same amount a step", 0.05, (IntToDoubleFunction) t -> 1.2 - t / 1000.0),
                Arguments.of("by a fiftieth over the run", 1e-3, (IntToDoubleFunction) t -> 1 - t / 30000.0),
                Arguments.of("in stairs", 0.01, (IntToDoubleFunction) t -> Math.pow(0.8, Math.floor(t / 100.0))),
                Arguments.of("below zero", 1e-4, (IntToDoubleFunction) t -> 0.5 - t / 1000.0));
    }

    /** @param noise of the level that a loss has, at the most */
    private static IntToDoubleFunction noisy(IntToDoubleFunction loss, double noise, int seed) {
        Random random = new Random(seed);
        return t -> loss.applyAsDouble(t) * (1 + noise * random.nextGaussian());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("falling")
    void findsNothingInAWindow(String name, double most, IntToDoubleFunction loss) {
        for (double noise : new double[] {0, most}) {
            double scale = noise == 0 ? 1e6 : 0x1p-30;
            Pipeline pipeline = Pipeline.ours();
            IntToDoubleFunction course = noisy(loss, noise, 3);
            for (int t = 0; t < STEPS; t++) {
                pipeline.post(t, scale * course.applyAsDouble(t), Pipeline.norms(1, 1));
            }
            assertThat(pipeline.arisen).as("noise " + noise).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("falling")
    void findsNothingInARun(String name, double most, IntToDoubleFunction loss) {
        for (double scale : new double[] {0x1p-30, 1, 1e6}) {
            for (double noise : new double[] {0, most}) {
                LossCurve losses = new LossCurve(1);
                NormCurve norms = new NormCurve();
                IntToDoubleFunction course = noisy(loss, noise, 3);
                for (int t = 0; t < STEPS; t++) {
                    losses.add(scale * course.applyAsDouble(t));
                    norms.add(1);
                }
                assertThat(RunDiagnosis.of(
                                        new dev.plumbline.compute.health.course.RunCourse(losses, norms, Map.of()),
                                        Profile.PLUMBLINE)
                                .findings())
                        .as("noise " + noise)
                        .isEmpty();
            }
        }
    }

    /** The tail of an exponential falls at each of its steps, and gets nowhere. */
    @Test
    void aTailIsStillAPlateau() {
        Pipeline pipeline = Pipeline.ours();
        for (int t = 0; t < 1000; t++) {
            pipeline.post(t, 0.1 + Math.exp(-t / 80.0), Pipeline.norms(1, 1));
        }

        assertThat(pipeline.arisen).extracting(RunFinding::symptom).containsExactly(Pattern.PLATEAU);
    }

    /** Falling by a thousandth a window, under noise of a hundredth, cannot be told from standing still. */
    @Test
    void aFallThatNoiseHidesIsStillAPlateau() {
        Pipeline pipeline = Pipeline.ours();
        IntToDoubleFunction course = noisy(t -> 1 - t / 200_000.0, 0.01, 3);
        for (int t = 0; t < 1000; t++) {
            pipeline.post(t, course.applyAsDouble(t), Pipeline.norms(1, 1));
        }

        assertThat(pipeline.arisen).extracting(RunFinding::symptom).containsExactly(Pattern.PLATEAU);
    }
}
