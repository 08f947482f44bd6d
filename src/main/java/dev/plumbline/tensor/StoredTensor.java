package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * A tensor that lies in an open file: its form has been checked against the file, its values are read each time they are
 * asked for, through a small buffer. The file is neither mapped (its pages would count as the process's memory, and a file
 * that is cut short would end it) nor closed here; {@link StoredTensors} does that.
 */
public final class StoredTensor implements TensorSource {

    private static final int CHUNK = 1 << 15;

    private final FileChannel file;
    private final long begin;
    private final NpyHeader form;

    /** @param form in the words of npy, which has more freedom than safetensors: either byte order, either index order */
    StoredTensor(FileChannel file, long begin, NpyHeader form) {
        this.file = file;
        this.begin = begin;
        this.form = form;
    }

    @Override
    public Shape shape() {
        return form.shape();
    }

    @Override
    public Datatype datatype() {
        return form.datatype();
    }

    @Override
    public float[] floats() {
        float[] values = new float[shape().size()];
        if (form.columnMajor() || !datatype().isFloat()) {
            double[] wide = doubles();
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) wide[i];
            }
        } else {
            read((bytes, start) -> Elements.decode(bytes, datatype(), values, start));
        }
        return values;
    }

    @Override
    public double[] doubles() {
        double[] values = new double[shape().size()];
        read((bytes, start) -> Elements.decode(bytes, datatype(), values, start));
        return form.columnMajor() ? Npy.rowMajor(values, shape()) : values;
    }

    /** Whether a piece of the values is a piece of the file; else {@link #doubles(int, double[], int)} reads them all. */
    public boolean isRowMajor() {
        return !form.columnMajor() || shape().rank() < 2;
    }

    /** Refuses what a file may hold and a tensor may not, as {@link #tensor} does. */
    @Override
    public void doubles(int from, double[] into, int count) {
        if (isRowMajor()) {
            read(from, from + count, (bytes, start) -> Elements.decode(bytes, datatype(), into, start - from));
        } else {
            System.arraycopy(doubles(), from, into, 0, count);
        }
        Elements.requireHeld(shape(), datatype(), from, into, count);
    }

    @Override
    public Tensor tensor() {
        return Elements.tensor(shape(), datatype(), doubles());
    }

    @Override
    public void write(OutputStream out) throws IOException {
        if (form.columnMajor() || form.order() != ByteOrder.LITTLE_ENDIAN) {
            tensor().write(out);
            return;
        }
        try {
            read((bytes, start) -> write(bytes, out));
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    private static void write(ByteBuffer bytes, OutputStream out) {
        try {
            out.write(bytes.array(), 0, bytes.limit());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What is done with a chunk of bytes, of which the first is that of element {@code start}. */
    private interface Sink {
        void accept(ByteBuffer bytes, int start);
    }

    private void read(Sink sink) {
        read(0, shape().size(), sink);
    }

    private void read(int from, int end, Sink sink) {
        int width = datatype().bytes();
        ByteBuffer chunk =
                ByteBuffer.allocate(Math.min(end - from, CHUNK) * width).order(form.order());
        for (int start = from; start < end; start += CHUNK) {
            chunk.clear().limit(Math.min(CHUNK, end - start) * width);
            fill(chunk, begin + (long) start * width);
            sink.accept(chunk.flip(), start);
        }
    }

    private void fill(ByteBuffer chunk, long position) {
        try {
            fill(file, chunk, position);
        } catch (EOFException cut) {
            throw Problem.malformed(
                    "", "the file became shorter while it was read", null, "a file that stays as it is");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Reads until {@code bytes} is full. */
    static void fill(FileChannel file, ByteBuffer bytes, long position) throws IOException {
        long next = position;
        while (bytes.hasRemaining()) {
            int count = file.read(bytes, next);
            if (count < 0) {
                throw new EOFException("the file became shorter while it was read");
            }
            next += count;
        }
    }

    /** Refuses a file whose bytes after a header are not as many as the header says. */
    static void requireBytes(NpyHeader form, long got) {
        long expected = (long) form.shape().size() * form.datatype().bytes();
        if (got != expected) {
            throw Problem.malformed(
                    "",
                    got < expected ? "the file ends too early" : "bytes after the last value",
                    got + " bytes of values",
                    expected + " bytes for shape " + form.shape() + " of " + form.datatype());
        }
    }

    @Override
    public String toString() {
        return datatype() + shape().toString();
    }
}
