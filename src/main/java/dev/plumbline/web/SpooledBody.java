package dev.plumbline.web;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The whole body of a request until the request is over: in memory while it is small, else in a temporary file.
 *
 * @param head the body, or its beginning where there is a file
 * @param file the body, where it is large
 */
record SpooledBody(byte[] head, @Nullable Path file) implements Closeable {

    private static final int IN_MEMORY = 256 << 10;

    /** Reads to the end. */
    static SpooledBody read(InputStream input, Path directory) throws IOException {
        byte[] head = input.readNBytes(IN_MEMORY);
        if (head.length < IN_MEMORY) {
            return new SpooledBody(head, null);
        }
        SpooledBody body = new SpooledBody(head, Files.createTempFile(directory, "body", ".tmp"));
        try {
            body.append(input);
            return body;
        } catch (IOException | RuntimeException failure) {
            body.close();
            throw failure;
        }
    }

    private void append(InputStream rest) throws IOException {
        if (file != null) {
            try (OutputStream output = Files.newOutputStream(file)) {
                output.write(head);
                rest.transferTo(output);
            }
        }
    }

    InputStream open() throws IOException {
        return file == null ? new ByteArrayInputStream(head) : Files.newInputStream(file);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }
}
