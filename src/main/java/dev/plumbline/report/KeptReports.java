package dev.plumbline.report;

import dev.plumbline.limits.KeyLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reports in memory, word for word as they were answered and packed, to each key its own. A key's oldest make room for its
 * newest, by number and by bytes ({@link KeyLimits}); of another key's none ever does. A report larger than all of a key's
 * room is not kept.
 *
 * @param <I> what the list says of a report
 */
public final class KeptReports<I> {

    private record Kept<I>(I item, byte[] packed) {}

    /** One key's, the oldest first. */
    private static final class Shelf<I> {
        private final Map<String, Kept<I>> reports = new LinkedHashMap<>();
        private long bytes;
    }

    private final KeyLimits limits;
    private final Map<String, Shelf<I>> shelves = new HashMap<>();

    public KeptReports(KeyLimits limits) {
        this.limits = limits;
    }

    public void keep(String owner, String id, I item, byte[] report) {
        byte[] packed = packed(report);
        KeyLimits room = limits.forKey(owner);
        if (packed.length > room.reportBytes()) {
            return;
        }
        synchronized (this) {
            Shelf<I> shelf = shelves.computeIfAbsent(owner, name -> new Shelf<>());
            shelf.reports.put(id, new Kept<>(item, packed));
            shelf.bytes += packed.length;
            Iterator<Kept<I>> oldest = shelf.reports.values().iterator();
            while (shelf.bytes > room.reportBytes() || shelf.reports.size() > room.reports()) {
                shelf.bytes -= oldest.next().packed().length;
                oldest.remove();
            }
        }
    }

    /** The report as it was answered, if the key has it and it is still kept. */
    public Optional<byte[]> find(String owner, String id) {
        Kept<I> kept;
        synchronized (this) {
            Shelf<I> shelf = shelves.get(owner);
            kept = shelf == null ? null : shelf.reports.get(id);
        }
        return Optional.ofNullable(kept).map(found -> unpacked(found.packed()));
    }

    /** The newest first, behind the one with the id {@code after}. */
    public Page<I> page(String owner, int limit, @Nullable String after) {
        Page.requireLimit(limit);
        List<Map.Entry<String, I>> all = all(owner);
        int from = after == null
                ? 0
                : 1 + all.stream().map(Map.Entry::getKey).toList().indexOf(after);
        if (after != null && from == 0) {
            throw Page.unknown(after);
        }
        Page<Map.Entry<String, I>> page = Page.of(all.subList(from, all.size()), limit, Map.Entry::getKey);
        return new Page<>(page.items().stream().map(Map.Entry::getValue).toList(), page.next());
    }

    private synchronized List<Map.Entry<String, I>> all(String owner) {
        List<Map.Entry<String, I>> all = new ArrayList<>();
        Shelf<I> shelf = shelves.get(owner);
        if (shelf != null) {
            shelf.reports.forEach((id, kept) -> all.add(Map.entry(id, kept.item())));
        }
        Collections.reverse(all);
        return all;
    }

    private static byte[] packed(byte[] report) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(report);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static byte[] unpacked(byte[] packed) {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
