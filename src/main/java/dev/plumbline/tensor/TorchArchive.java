package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The zip archive of {@code torch.save} (PyTorch 1.6 and later): {@code data.pkl} says what there is, and each storage is
 * an entry {@code data/<key>}, stored as it lies in memory. All entries lie in one directory, whose name varies.
 */
final class TorchArchive {

    private static final int HEADER_BYTES = 30;
    private static final int HEADER_SIGNATURE = 0x04034b50; // "PK", 3, 4
    private static final String PICKLE = "/data.pkl";

    /** Reads bytes of the file from a position on, until the buffer is full. */
    @FunctionalInterface
    interface Bytes {
        void read(ByteBuffer target, long position) throws IOException;
    }

    /** Where an entry's bytes lie in the file. */
    record Extent(long begin, long bytes) {}

    private final Bytes file;
    private final long fileBytes;
    private final Map<String, ZipDirectory.Entry> entries = new HashMap<>();
    private final String folder;

    private TorchArchive(List<ZipDirectory.Entry> entries, Bytes file, long fileBytes) {
        this.file = file;
        this.fileBytes = fileBytes;
        for (ZipDirectory.Entry entry : entries) {
            if (this.entries.put(entry.name(), entry) != null) {
                throw Problem.malformed("", "two entries of the archive have this name", entry.name(), "one");
            }
        }
        this.folder = entries.stream()
                .map(ZipDirectory.Entry::name)
                .filter(TorchArchive::isPickle)
                .map(name -> name.substring(0, name.indexOf('/') + 1))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no archive of PyTorch"));
    }

    static boolean isPickle(String entry) {
        return entry.endsWith(PICKLE) && entry.indexOf('/') == entry.length() - PICKLE.length();
    }

    static TorchArchive of(byte[] file) {
        ByteBuffer all = ByteBuffer.wrap(file);
        return new TorchArchive(
                ZipDirectory.entries(ByteBuffer.wrap(file), 0),
                (target, position) -> target.put(all.slice((int) position, target.remaining())),
                file.length);
    }

    static TorchArchive of(FileChannel file, TensorLimits limits) throws IOException {
        return new TorchArchive(
                ZipDirectory.entries(file, limits),
                (target, position) -> StoredTensor.fill(file, target, position),
                file.size());
    }

    /** The program that builds the object; not longer than other headers may be. */
    byte[] pickle(TensorLimits limits) throws IOException {
        requireLittleEndian();
        Extent extent = extent("data.pkl");
        limits.requireHeader(extent.bytes());
        return bytes(extent).array();
    }

    private void requireLittleEndian() throws IOException {
        if (entries.containsKey(folder + "byteorder")) {
            Extent extent = extent("byteorder");
            String order = extent.bytes() > 16
                    ? "something else"
                    : new String(bytes(extent).array(), StandardCharsets.US_ASCII).strip();
            if (!order.equals("little")) {
                throw Problem.unsupported("", "this byte order is not read", order, "little");
            }
        }
    }

    Extent storage(String key) throws IOException {
        return extent("data/" + key);
    }

    private Extent extent(String name) throws IOException {
        ZipDirectory.Entry entry = entries.get(folder + name);
        if (entry == null) {
            throw Problem.malformed("", "an entry of the archive is missing", folder + name, "all that data.pkl names");
        }
        if (!entry.stored()) {
            throw Problem.unsupported(
                    "", "an entry of the archive is compressed", entry.name(), "as torch.save writes it");
        }
        if (entry.header() > fileBytes - HEADER_BYTES) {
            throw broken(entry);
        }
        ByteBuffer header = bytes(new Extent(entry.header(), HEADER_BYTES));
        long begin = entry.header() + HEADER_BYTES + (header.getShort(26) & 0xffff) + (header.getShort(28) & 0xffff);
        if (header.getInt(0) != HEADER_SIGNATURE || begin > fileBytes - entry.bytes()) {
            throw broken(entry);
        }
        return new Extent(begin, entry.bytes());
    }

    private static Problem broken(ZipDirectory.Entry entry) {
        return Problem.malformed("", "the zip archive contradicts its directory", entry.name(), "its bytes, whole");
    }

    ByteBuffer bytes(Extent extent) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(extent.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        file.read(bytes, extent.begin());
        return bytes.flip();
    }
}
