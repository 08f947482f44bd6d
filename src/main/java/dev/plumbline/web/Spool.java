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
    private boolean moved;
    private long size;
    private long taken;

    Spool(SpoolRoom room, int inMemory) {
        this.room = room;
        this.inMemory = inMemory;
    }

    void write(byte[] bytes, int from, int count) throws IOException {
        if (file == null && size + count <= inMemory && room.remember(count)) {
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
        // Noted first: whatever fails from here on, the file is deleted.
        file = made;
        OutputStream out = Files.newOutputStream(made);
        output = out;
        take(head.size());
        head.writeTo(out);
        forget();
        return out;
    }

    private void forget() {
        room.forget(head.size());
        head = new ByteArrayOutputStream(0);
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

    /**
     * Puts the bytes where somebody else wants them, who then owns them; a file is moved, and nothing is copied. It takes
     * room on the disk as before, until the request is over.
     */
    void moveTo(Path target) throws IOException {
        if (file == null) {
            Files.write(target, head.toByteArray());
        } else {
            Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
            file = target;
            moved = true;
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
        forget();
        room.leave(taken);
        taken = 0;
        Path temporary = file;
        file = null;
        if (temporary != null && !moved) {
            Files.deleteIfExists(temporary);
        }
    }
}
