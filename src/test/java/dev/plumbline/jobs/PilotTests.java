package dev.plumbline.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.jobs.ShardStore.Range;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By a clock that goes on by a second for each thousand evaluations, and stands still otherwise. */
class PilotTests {

    private static final double EVALUATIONS_PER_SECOND = 1000;

    /** Pieces of ten evaluations, each of which is done once. */
    private static final class Evaluations extends Piecework {
        private final int count;
        private final double estimated;
        private final int cores;
        private long done;
        private double seconds;

        private Evaluations(int count, double estimated, int cores) {
            this.count = count;
            this.estimated = estimated;
            this.cores = cores;
        }

        @Override
        protected String name() {
            return "";
        }

        @Override
        protected int count() {
            return count;
        }

        @Override
        protected double seconds(int piece) {
            return estimated;
        }

        @Override
        protected long bytes(int piece) {
            return 80;
        }

        @Override
        protected long nanoseconds() {
            return (long) (1e9 * seconds);
        }

        @Override
        protected void work(int from, int to) {
            assertThat(from).isEqualTo((int) done / 10);
            done += 10L * (to - from);
            seconds += 10.0 * (to - from) / EVALUATIONS_PER_SECOND / Math.min(cores, to - from);
        }

        @Override
        protected byte[] result(int from, int to) {
            return new byte[0];
        }

        @Override
        protected void put(int from, int to, byte[] result) {}
    }

    /** Ten times too high, right, a hundred times too low: a shard takes the same two thousand evaluations. */
    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.01, 0.0001})
    void aShardTakesTwoSecondsWhateverWasEstimated(double estimated) {
        for (int cores : new int[] {1, 2, 16}) {
            Evaluations pieces = new Evaluations(5000, estimated, cores);

            Pilot pilot = Pilot.of(pieces, cores);
            List<Range> ranges = Cut.of(pieces, pilot.factor());

            assertThat(10.0 * (ranges.get(0).ends() - ranges.get(0).begins()) / EVALUATIONS_PER_SECOND)
                    .isBetween(Cut.SHORTEST, 1.02 * Cut.SHORTEST);
            assertThat(ranges).hasSizeBetween(24, 25);
            assertThat(pieces.seconds).isBetween(Pilot.ENOUGH, 4 * Pilot.ENOUGH);
            assertThat(Pilot.ENOUGH).isBetween(Cut.SHORTEST / 20, Cut.SHORTEST / 4);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 20})
    void doesNoMoreThanThereIs(int count) {
        Evaluations pieces = new Evaluations(count, 1, 1);

        assertThat(Pilot.of(pieces, 1).pieces()).isEqualTo(count);
        assertThat(pieces.done).isEqualTo(10L * count);
    }
}
