package dev.plumbline.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class InflatedTests {

    private static final long MIB = 1 << 20;

    /** As many bytes as are asked for. */
    private static InputStream endless() {
        return new InputStream() {
            @Override
            public int read() {
                return 0;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                return length;
            }
        };
    }

    private static long readable(long packed, long limit, long most) throws IOException {
        Inflated inflated = new Inflated(endless(), packed, limit);
        byte[] piece = new byte[1 << 16];
        long count = 0;
        while (count < most) {
            count += inflated.read(piece);
        }
        return count;
    }

    @Test
    void endsAnArchiveThatUnpacksToMoreThanItsSizeExplains() throws IOException {
        assertThat(readable(2 * MIB, 1024 * MIB, 264 * MIB)).isEqualTo(264 * MIB);
        assertThatThrownBy(() -> readable(2 * MIB, 1024 * MIB, 265 * MIB))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.code()).isEqualTo(Problem.Code.LIMIT);
                    assertThat(problem.expected()).contains("100 times the archive");
                });
    }

    @Test
    void letsSmallArchivesOfZerosUnpack() throws IOException {
        assertThat(readable(40_000, 1024 * MIB, 40 * MIB)).isEqualTo(40 * MIB);
    }

    @Test
    void keepsTheLimitOfAllBodies() {
        assertThatThrownBy(() -> readable(100 * MIB, 3 * MIB, 4 * MIB))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.expected()).isEqualTo(3 * MIB + " bytes"));
    }
}
