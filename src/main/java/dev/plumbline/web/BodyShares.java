package dev.plumbline.web;

import dev.plumbline.limits.KeyLimits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What one key may take of that which large bodies share: of the places where they take turns, and of the room where they
 * wait. Where there are keys and nothing else is configured none takes more than half, so none blocks the others.
 */
final class BodyShares {

    private final KeyLimits limits;
    private final boolean open;
    private final int places;
    private final Semaphore free;
    private final Map<String, Semaphore> freeOfKey = new ConcurrentHashMap<>();

    /**
     * @param open whether everybody is one and the same key
     * @param places for large bodies, of all keys together
     */
    BodyShares(KeyLimits limits, boolean open, int places) {
        this.limits = limits;
        this.open = open;
        this.places = places;
        this.free = new Semaphore(places);
    }

    /** What gives a place back, any number of times, or the property that stands against taking it. */
    record Entry(@Nullable Runnable ending, @Nullable String full) {}

    Entry enter(String owner) {
        Semaphore ofKey = freeOfKey.computeIfAbsent(
                owner, name -> new Semaphore((int) share(limits.forKey(name).bulkRequests(), places)));
        if (!free.tryAcquire()) {
            return new Entry(null, "plumbline.limits.bulk-requests");
        }
        if (!ofKey.tryAcquire()) {
            free.release();
            return new Entry(null, "plumbline.key-limits.bulk-requests");
        }
        AtomicBoolean over = new AtomicBoolean();
        Runnable ending = () -> {
            if (over.compareAndSet(false, true)) {
                free.release();
                ofKey.release();
            }
        };
        return new Entry(ending, null);
    }

    /** That of {@code room} in which the bodies of the key {@code owner} wait. */
    SpoolRoom room(SpoolRoom room, String owner) {
        return room.share(owner, share(limits.forKey(owner).spoolBytes(), room.most()));
    }

    private long share(long configured, long all) {
        return configured > 0 ? configured : open ? all : Math.max(1, all / 2);
    }
}
