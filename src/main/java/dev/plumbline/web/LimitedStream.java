package dev.plumbline.web;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Refuses the first byte beyond the limit on bodies; for those that do not say beforehand how long they are. */
final class LimitedStream extends FilterInputStream {

    private final BodyLimit limit;
    private long count;

    LimitedStream(InputStream input, BodyLimit limit) {
        super(input);
        this.limit = limit;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        count(Math.max(read, 0));
        return read;
    }

    private void count(int read) {
        count += read;
        if (count > limit.bytes()) {
            throw limit.exceeded("more than " + limit.bytes() + " bytes");
        }
    }
}
