package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The entries of an archive as they are inflated; refuses the first byte beyond the limit on all of them together. */
final class Inflated extends FilterInputStream {

    private final long limit;
    private long count;

    Inflated(InputStream input, long limit) {
        super(input);
        this.limit = limit;
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
            throw Problem.limit("", "the archive inflates to more than is allowed", "more", limit + " bytes");
        }
    }
}
