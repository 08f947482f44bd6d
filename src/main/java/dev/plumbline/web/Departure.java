package dev.plumbline.web;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An answer on its way out. A thread writes it, and waits where its caller does not read; how long it does, and how much has
 * gone, is known here. The time between two writes is ours and does not count.
 */
final class Departure extends HttpServletResponseWrapper {

    /** An answer goes in pieces, lest all of a long one count as read when its first byte is. */
    private static final int PIECE = 1 << 16;

    private final String connection;
    private final Departures house;
    private final Runnable slowly;
    private @Nullable Out out;
    private @Nullable PrintWriter writer;

    private volatile long count;
    private volatile long written; // nanoseconds in writes that are over
    private volatile long since; // when the present write began; 0 where there is none

    /** @param slowly run when the answer's caller keeps a write waiting; more than once, maybe */
    Departure(HttpServletResponse response, String connection, Departures house, Runnable slowly) {
        super(response);
        this.connection = connection;
        this.house = house;
        this.slowly = slowly;
    }

    String connection() {
        return connection;
    }

    /** Bytes that have gone, or are about to. */
    long count() {
        return count;
    }

    /** How long the caller has kept its writes waiting, all together. */
    Duration waited() {
        return Duration.ofNanos(written + present());
    }

    /** How long the present write takes. */
    Duration stuck() {
        return Duration.ofNanos(present());
    }

    private long present() {
        long began = since;
        return began == 0 ? 0 : System.nanoTime() - began;
    }

    /** What computed the answer is done. */
    void stepAside() {
        slowly.run();
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        Out made = out;
        if (made == null) {
            made = new Out(super.getOutputStream());
            out = made;
        }
        return made;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        PrintWriter made = writer;
        if (made == null) {
            super.setCharacterEncoding(getCharacterEncoding());
            made = new PrintWriter(new OutputStreamWriter(getOutputStream(), getCharacterEncoding()));
            writer = made;
        }
        return made;
    }

    @Override
    public void flushBuffer() throws IOException {
        finish();
        super.flushBuffer();
    }

    /** Nothing is left here. */
    void finish() {
        if (writer != null) {
            writer.flush();
        }
    }

    @FunctionalInterface
    private interface Write {
        void run() throws IOException;
    }

    private void timed(int bytes, Write write) throws IOException {
        long began = System.nanoTime() | 1; // never 0
        count += bytes;
        since = began;
        house.enter(this);
        try {
            write.run();
        } finally {
            house.leave(this);
            written += System.nanoTime() - began;
            since = 0;
        }
    }

    private final class Out extends ServletOutputStream {

        private final ServletOutputStream container;

        Out(ServletOutputStream container) {
            this.container = container;
        }

        @Override
        public void write(int value) throws IOException {
            timed(1, () -> container.write(value));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int done = 0; done < length; done += PIECE) {
                int begin = offset + done;
                int piece = Math.min(PIECE, length - done);
                timed(piece, () -> container.write(bytes, begin, piece));
            }
        }

        @Override
        public void flush() throws IOException {
            timed(0, container::flush);
        }

        @Override
        public void close() throws IOException {
            timed(0, container::close);
        }

        @Override
        public boolean isReady() {
            return container.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            container.setWriteListener(listener);
        }
    }
}
