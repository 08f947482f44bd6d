package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * NumPy's npy format, versions 1 to 3: one tensor, in either byte order, row-major or column-major (Fortran).
 *
 * <p>A file is the magic bytes, a version, the length of a header, the header (see {@link NpyHeader}) and the values.
 * Written files are version 1, little-endian, row-major, the values aligned to 64 bytes, as NumPy writes them. Unlike
 * NumPy's reader, this one refuses bytes after the values, truth values other than 0 and 1, and object arrays always.
 */
public final class Npy {

    private static final int ALIGNMENT = 64;
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    private Npy() {}

    static boolean looksLike(byte[] file) {
        return startsWith(ByteBuffer.wrap(file));
    }

    private static boolean startsWith(ByteBuffer bytes) {
        return bytes.remaining() >= MAGIC.length
                && bytes.slice(bytes.position(), MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
    }

    public static Tensor read(byte[] file, TensorLimits limits) {
        return read(ByteBuffer.wrap(file), limits);
    }

    /** Reads what remains of {@code file}, whose position and byte order stay as they are. */
    public static Tensor read(ByteBuffer file, TensorLimits limits) {
        ByteBuffer bytes = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        limits.requireBytes(bytes.remaining());
        NpyHeader header = NpyHeader.parse(header(bytes, limits), limits);
        StoredTensor.requireBytes(header, bytes.remaining());
        double[] values = Elements.decode(bytes.slice().order(header.order()), header.datatype());
        double[] rowMajor = header.columnMajor() ? rowMajor(values, header.shape()) : values;
        return Elements.tensor(header.shape(), header.datatype(), rowMajor);
    }

    /** The header's text; leaves {@code bytes} at the first value. */
    static String header(ByteBuffer bytes, TensorLimits limits) {
        if (!startsWith(bytes)) {
            throw Problem.malformed("", "this is no npy file", null, "0x93 'NUMPY' as its first bytes");
        }
        bytes.position(MAGIC.length);
        int version = bytes.remaining() < 2 ? -1 : (bytes.get() & 0xff) << 8 | (bytes.get() & 0xff);
        if (version != 0x100 && version != 0x200 && version != 0x300) {
            throw Problem.unsupported("", "an unknown version of npy", Integer.toHexString(version), "1.0, 2.0 or 3.0");
        }
        int lengthBytes = version == 0x100 ? Short.BYTES : Integer.BYTES;
        if (bytes.remaining() < lengthBytes) {
            throw Problem.malformed("", "the file ends in its header", bytes.limit() + " bytes", "a header");
        }
        long length = lengthBytes == Short.BYTES ? bytes.getShort() & 0xffff : bytes.getInt() & 0xffffffffL;
        limits.requireHeader(length);
        if (length > bytes.remaining()) {
            throw Problem.malformed(
                    "",
                    "the header is longer than the file",
                    length + " bytes",
                    "at most " + bytes.remaining() + " bytes");
        }
        // Latin-1 or, in version 3, UTF-8; no header that is understood has a character in which they differ.
        String text = StandardCharsets.ISO_8859_1
                .decode(bytes.slice(bytes.position(), (int) length))
                .toString();
        bytes.position(bytes.position() + (int) length);
        return text;
    }

    /** Values whose first index runs fastest, rearranged so that the last one does. */
    static double[] rowMajor(double[] columnMajor, Shape shape) {
        int[] extents = shape.extents();
        int[] strides = new int[extents.length];
        int stride = 1;
        for (int axis = 0; axis < extents.length; axis++) {
            strides[axis] = stride;
            stride *= Math.max(extents[axis], 1);
        }
        double[] values = new double[columnMajor.length];
        int[] index = new int[extents.length];
        int from = 0;
        for (int to = 0; to < values.length; to++) {
            values[to] = columnMajor[from];
            for (int axis = extents.length - 1; axis >= 0; axis--) {
                from += strides[axis];
                if (++index[axis] < extents[axis]) {
                    break;
                }
                from -= strides[axis] * extents[axis];
                index[axis] = 0;
            }
        }
        return values;
    }

    /** BF16 is refused: NumPy has no such type. */
    public static byte[] write(TensorSource tensor) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(tensor, out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** Writes and flushes, but does not close {@code out}; gives back how many bytes those were. */
    public static long write(TensorSource tensor, OutputStream out) throws IOException {
        String header = NpyHeader.write(tensor);
        int before = MAGIC.length + 2 + Short.BYTES;
        int padding = Math.floorMod(-(before + header.length() + 1), ALIGNMENT);
        String padded = header + " ".repeat(padding) + "\n";
        out.write(MAGIC);
        out.write(new byte[] {1, 0, (byte) padded.length(), (byte) (padded.length() >> 8)});
        out.write(padded.getBytes(StandardCharsets.ISO_8859_1));
        tensor.write(out);
        out.flush();
        return before + padded.length() + tensor.bytes();
    }
}
