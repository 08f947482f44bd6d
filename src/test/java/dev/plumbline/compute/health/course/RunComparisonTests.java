package dev.plumbline.compute.health.course;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.compute.health.TensorNorms;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two runs that part at a known step, or only by their noise. */
@SuppressWarnings("NullAway") // what is missing fails the test
class RunComparisonTests {

    /** @param parts the step from which on the loss is higher by {@code share}, and the first norm with it */
    private static WindowCourse run(int steps, int every, long seed, int parts, double share) {
        Random random = new Random(seed);
        Pipeline pipeline = Pipeline.ours();
        for (int step = 0; step < steps; step += every) {
            double factor = step < parts ? 1 : 1 + share;
            double level = Math.pow(step + 10, -0.3);
            pipeline.post(
                    step,
                    level * factor * Math.exp(0.1 * random.nextGaussian()),
                    Map.of(
                            "a.weight",
                                    new TensorNorms(
                                            level * factor * Math.exp(0.1 * random.nextGaussian()), null, null, null),
                            "b.weight",
                                    new TensorNorms(level * Math.exp(0.1 * random.nextGaussian()), null, null, null)));
        }
        return pipeline.course();
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21})
    void doNotPartByTheirNoise(long seed) {
        RunComparison comparison = RunComparison.of(run(1000, 1, 1, 5000, 0), run(1000, 1, seed, 5000, 0));

        assertThat(comparison.from()).isNull();
        assertThat(comparison.until()).isNull();
        assertThat(comparison.summary()).isEqualTo("The runs do not part beyond their own noise.");
    }

    @ParameterizedTest
    @CsvSource({"1, 1000, 400", "1, 3000, 400", "1, 3000, 2900", "10, 10000, 4000", "1, 100, 50"})
    void partWhereTheyWereMadeTo(int every, int steps, int parts) {
        RunComparison comparison = RunComparison.of(run(steps, every, 1, parts, 1), run(steps, every, 2, steps, 0));

        // in the block that holds the step, or in the next one
        assertThat(comparison.from()).isBetween(parts - comparison.steps(), parts + comparison.steps());
        assertThat(comparison.difference().low()).isPositive();
        assertThat(comparison.difference().pValue()).isLessThan(1e-3);
        assertThat(comparison.tensors()).containsExactly("a.weight");
        assertThat(comparison.summary()).startsWith("The runs part in the ");
    }

    @Test
    void saysUpToWhereRunsOfOneSeedAreEqual() {
        RunComparison comparison = RunComparison.of(run(1000, 1, 1, 400, 1), run(1000, 1, 1, 5000, 0));

        assertThat(comparison.until()).isBetween(400 - comparison.steps(), 399L);
        assertThat(comparison.from()).isEqualTo(400);
        assertThat(comparison.summary()).contains("Up to step " + comparison.until() + " they are equal.");
    }

    @Test
    void cannotSayAnythingOfAFewSnapshots() {
        assertThat(RunComparison.of(run(10, 1, 1, 50, 1), run(10, 1, 2, 50, 0))).isNull();
        assertThat(RunComparison.of(
                        run(1000, 1, 1, 50, 1),
                        new WindowCourse(Pipeline.ours().watched, RunState.NEW, java.util.List.of())))
                .isNull();
    }

    @Test
    void keepsAnOutlineOfAnyLengthSmall() {
        Trace trace = run(20_000, 1, 1, 50_000, 0).state().trace();

        assertThat(trace.losses()).hasSizeBetween(64, 128);
        assertThat(trace.width()).isEqualTo(256);
        assertThat(trace.losses().stream().mapToLong(Trace.Block::values).sum()).isEqualTo(20_000);
    }
}
