package dev.plumbline.web;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** Bytes that come from outside, until their request is over: in memory while they are few, else in a temporary file. */
final class Spool implements Closeable {

    private final SpoolRoom room;
    private final int inMemory;
    private ByteArrayOutputStream head = new ByteArrayOutputStream(0);
    private @Nullable Path file;
    private @Nullable OutputStream output;
    private long size;
    private long taken;

    Spool(SpoolRoom room, int inMemory) {
        this.room = room;
        this.inMemory = inMemory;
    }

    void write(byte[] bytes, int from, int count) throws IOException {
        if (file == null && size + count <= inMemory) {
            head.write(bytes, from, count);
        } else {
            OutputStream out = output == null ? toFile() : output;
            take(count);
            out.write(bytes, from, count);
        }
        size += count;
    }

    private OutputStream toFile() throws IOException {
        Path made = Files.createTempFile(room.directory(), "body", ".tmp");
        OutputStream out = Files.newOutputStream(made);
        file = made;
        output = out;
        take(head.size());
        head.writeTo(out);
        head = new ByteArrayOutputStream(0);
        return out;
    }

    private void take(long bytes) throws IOException {
        room.take(bytes);
        taken += bytes;
    }

    /** Nothing more comes. */
    void finish() throws IOException {
        if (output != null) {
            output.close();
        }
    }

    long size() {
        return size;
    }

    InputStream open() throws IOException {
        return file == null ? new ByteArrayInputStream(head.toByteArray()) : Files.newInputStream(file);
    }

    /** Puts the bytes where somebody else wants them; a file is moved, and nothing is copied. */
    void moveTo(Path target) throws IOException {
        if (file == null) {
            Files.write(target, head.toByteArray());
        } else {
            Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            finish();
        } finally {
            drop();
        }
    }

    private void drop() throws IOException {
        if (file != null) {
            Files.deleteIfExists(file);
            room.leave(taken);
            file = null;
        }
    }
}
