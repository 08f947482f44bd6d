package dev.plumbline.web;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Where bodies wait on the disk, and how much room there is left for them. */
final class SpoolRoom {

    private final Path directory;
    private final long most;
    private final AtomicLong taken = new AtomicLong();

    SpoolRoom(Path directory, long most) {
        this.directory = directory;
        this.most = most;
    }

    /** There is no room for another body at the moment. */
    static final class Full extends IOException {
        Full(long most) {
            super("bodies of more than %d bytes are here already (plumbline.limits.spool-bytes)".formatted(most));
        }
    }

    Path directory() {
        return directory;
    }

    void take(long bytes) throws IOException {
        if (taken.addAndGet(bytes) > most) {
            taken.addAndGet(-bytes);
            throw new Full(most);
        }
    }

    void leave(long bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }
}
