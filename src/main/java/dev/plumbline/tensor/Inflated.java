package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The entries of an archive as they are inflated; refuses the first byte beyond the limit on all of them together, and beyond
 * what an archive of this size plausibly holds. Deflate packs zeros a thousand to one, and moments begin as zeros: so there is
 * some room for those ({@value #PLAIN} bytes), and above it a ratio of {@value #RATIO}.
 */
final class Inflated extends FilterInputStream {

    private static final long PLAIN = 64 << 20;
    private static final long RATIO = 100;

    private final long limit;
    private final String expected;
    private long count;

    /** @param packed bytes of the archive */
    Inflated(InputStream input, long packed, long limit) {
        super(input);
        long plausible = PLAIN + RATIO * packed;
        this.limit = Math.min(limit, plausible);
        this.expected = plausible < limit
                ? "at most %d bytes and %d times the archive: send it less packed".formatted(PLAIN, RATIO)
                : limit + " bytes";
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        add(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        add(Math.max(0, read));
        return read;
    }

    private void add(int bytes) {
        count += bytes;
        if (count > limit) {
            throw Problem.limit(
                    "", "the archive inflates to more than is allowed", "more than " + limit + " bytes", expected);
        }
    }
}
