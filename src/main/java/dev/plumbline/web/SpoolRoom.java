package dev.plumbline.web;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Where bodies wait, on the disk and with their beginnings in memory, and how much room there is left for them: for all
 * together, and for those of one key.
 */
final class SpoolRoom {

    /** Of the memory, for beginnings of bodies; what goes beyond goes to the disk. */
    private static final long MEMORY = Runtime.getRuntime().maxMemory() / 16;

    private final Path directory;
    private final long most;
    private final String property;
    private final @Nullable SpoolRoom whole;
    private final Map<String, SpoolRoom> shares = new ConcurrentHashMap<>();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong remembered = new AtomicLong();
    private final long memory;

    SpoolRoom(Path directory, long most) {
        this(directory, most, MEMORY);
    }

    /** @param memory bytes of it that may be taken */
    SpoolRoom(Path directory, long most, long memory) {
        this(directory, most, memory, "plumbline.limits.spool-bytes", null);
    }

    private SpoolRoom(Path directory, long most, long memory, String property, @Nullable SpoolRoom whole) {
        this.directory = directory;
        this.most = most;
        this.memory = memory;
        this.property = property;
        this.whole = whole;
    }

    /** There is no room for another body at the moment. */
    static final class Full extends IOException {
        Full(long most, String property) {
            super("bodies of more than %d bytes are here already (%s)".formatted(most, property));
        }
    }

    /** What the key {@code owner} may take of it. */
    SpoolRoom share(String owner, long mostOfKey) {
        return shares.computeIfAbsent(
                owner, name -> new SpoolRoom(directory, mostOfKey, memory, "plumbline.key-limits.spool-bytes", this));
    }

    Path directory() {
        return directory;
    }

    long most() {
        return most;
    }

    void take(long bytes) throws IOException {
        if (whole != null) {
            whole.take(bytes);
        }
        if (taken.addAndGet(bytes) > most) {
            leave(bytes);
            throw new Full(most, property);
        }
    }

    void leave(long bytes) {
        taken.addAndGet(-bytes);
        if (whole != null) {
            whole.leave(bytes);
        }
    }

    /** Whether so many bytes may stay in memory; if not, none are noted. */
    boolean remember(long bytes) {
        if (whole != null) {
            return whole.remember(bytes);
        }
        boolean fits = remembered.addAndGet(bytes) <= memory;
        if (!fits) {
            forget(bytes);
        }
        return fits;
    }

    void forget(long bytes) {
        if (whole != null) {
            whole.forget(bytes);
        } else {
            remembered.addAndGet(-bytes);
        }
    }

    long taken() {
        return taken.get();
    }

    long remembered() {
        return whole == null ? remembered.get() : whole.remembered();
    }
}
