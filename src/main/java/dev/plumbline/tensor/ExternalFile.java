package dev.plumbline.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * A file that lies beside a model's own, of which a part is read at a time: it may be larger than memory, and than 2^31
 * bytes.
 *
 * @param bytes how many it has
 */
public record ExternalFile(long bytes, Opening opening) {

    /** Opens the file at its beginning; a skip over much of it must be cheap. */
    @FunctionalInterface
    public interface Opening {
        InputStream open() throws IOException;
    }

    /** The bytes from {@code offset} on; the caller closes them. */
    public InputStream from(long offset) throws IOException {
        InputStream bytes = opening.open();
        try {
            bytes.skipNBytes(offset);
            return bytes;
        } catch (IOException | RuntimeException failure) {
            bytes.close();
            throw failure;
        }
    }

    static ExternalFile of(Path path, long bytes) {
        return new ExternalFile(bytes, () -> RegularFile.open(path));
    }
}
