package dev.plumbline.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.jobs.ShardStore.Range;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Shards of two seconds, a thousand of them, and eight MiB: and every piece is in one of them. */
class CutTests {

    private static Piecework pieces(int count, double seconds, long bytes) {
        return new Piecework() {
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
                return seconds;
            }

            @Override
            protected long bytes(int piece) {
                return bytes;
            }

            @Override
            protected void work(int from, int to) {}

            @Override
            protected byte[] result(int from, int to) {
                return new byte[0];
            }

            @Override
            protected void put(int from, int to, byte[] result) {}
        };
    }

    private static List<Range> cut(int count, double seconds, long bytes) {
        List<Range> ranges = Cut.of(pieces(count, seconds, bytes), 1);
        int next = 0;
        for (Range range : ranges) {
            assertThat(range.begins()).isEqualTo(next);
            assertThat(range.ends()).isGreaterThan(range.begins());
            assertThat(range.bytes()).isEqualTo(bytes * (range.ends() - range.begins()));
            next = range.ends();
        }
        assertThat(next).isEqualTo(count);
        return ranges;
    }

    @Test
    void aShardTakesTwoSecondsAtLeast() {
        assertThat(cut(100, 0.25, 8)).hasSize(13).allMatch(range -> range.ends() - range.begins() <= 8);
        assertThat(cut(7, 0.25, 8)).hasSize(1);
        assertThat(cut(5, 30, 8)).hasSize(5);
        assertThat(cut(0, 1, 8)).isEmpty();
    }

    @Test
    void thereAreAThousandAtMost() {
        assertThat(cut(50_000, 0.5, 8)).hasSizeBetween(900, 1000);
    }

    @Test
    void aRowIsNoLargerThanEightMebibytes() {
        assertThat(cut(100, 1e-6, 1 << 20)).hasSize(13);
        assertThat(cut(3, 1e-6, 20 << 20)).hasSize(3);
    }
}
