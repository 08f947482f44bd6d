package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipInputStream;

/**
 * The directory at the end of a zip archive. {@link ZipInputStream} reads entries as they come and never
 * looks at it, others go by it alone; an archive on which the two disagree is refused. (PKWARE, APPNOTE 4.3.12, 4.3.16)
 */
final class ZipDirectory {

    private static final int END_BYTES = 22;
    private static final int END_SIGNATURE = 0x06054b50; // "PK", 5, 6
    private static final int ENTRY_BYTES = 46;
    private static final int ENTRY_SIGNATURE = 0x02014b50; // "PK", 1, 2

    private static final int LARGE_END_BYTES = 56;
    private static final int LARGE_END_SIGNATURE = 0x06064b50; // "PK", 6, 6
    private static final int LARGE_LOCATOR_BYTES = 20;
    private static final int LARGE_LOCATOR_SIGNATURE = 0x07064b50; // "PK", 6, 7

    private ZipDirectory() {}

    /**
     * What the directory says of an entry.
     *
     * @param header where its local header begins in the file
     */
    record Entry(String name, boolean stored, long bytes, long header) {}

    /** The names of the entries; the directory's end must be the end of the file. */
    static List<String> names(byte[] file) {
        return names(entries(ByteBuffer.wrap(file), 0));
    }

    /** Of a file of which no more is read than its directory, which may be as long as the header of a tensor file. */
    static List<String> names(FileChannel file, TensorLimits limits) throws IOException {
        return names(entries(file, limits));
    }

    private static List<String> names(List<Entry> entries) {
        return entries.stream().map(Entry::name).toList();
    }

    static List<Entry> entries(FileChannel file, TensorLimits limits) throws IOException {
        long before = Math.max(0, file.size() - END_BYTES - limits.headerBytes());
        ByteBuffer tail = ByteBuffer.allocate((int) (file.size() - before));
        StoredTensor.fill(file, tail, before);
        return entries(tail.flip(), before);
    }

    /** @param before bytes of the file that are not among those given */
    static List<Entry> entries(ByteBuffer tail, long before) {
        ByteBuffer bytes = tail.order(ByteOrder.LITTLE_ENDIAN);
        int end = bytes.limit() - END_BYTES;
        if (end < 0 || bytes.getInt(end) != END_SIGNATURE) {
            throw malformed("this is no zip archive, it is cut off, or bytes follow it");
        }
        int entries = unsignedShort(bytes, end + 10);
        boolean oneDisk = bytes.getInt(end + 4) == 0 && unsignedShort(bytes, end + 8) == entries;
        long start = (bytes.getInt(end + 16) & 0xffffffffL) - before;
        if (!oneDisk || unsignedShort(bytes, end + 20) != 0 || start > end || start < -before) {
            throw malformed("the last record of the zip archive is wrong");
        }
        if (start < 0) {
            throw Problem.limit(
                    "", "the zip archive's directory is too long", end - start + " bytes", "at most " + end + " bytes");
        }
        List<Entry> read = new ArrayList<>();
        int position = (int) start;
        for (int i = 0; i < entries; i++) {
            if (position > end - ENTRY_BYTES || bytes.getInt(position) != ENTRY_SIGNATURE) {
                throw malformed("the zip archive's directory is broken");
            }
            int nameBytes = unsignedShort(bytes, position + 28);
            int name = position + ENTRY_BYTES;
            boolean stored =
                    bytes.getShort(position + 10) == 0 && bytes.getInt(position + 20) == bytes.getInt(position + 24);
            long size = bytes.getInt(position + 24) & 0xffffffffL;
            long header = bytes.getInt(position + 42) & 0xffffffffL;
            position = name + nameBytes + unsignedShort(bytes, position + 30) + unsignedShort(bytes, position + 32);
            if (position > end) {
                throw malformed("the zip archive's directory is broken");
            }
            String text =
                    StandardCharsets.UTF_8.decode(bytes.slice(name, nameBytes)).toString();
            read.add(new Entry(text, stored, size, header));
        }
        if (position != end && !isLargeEnd(bytes, position, end, entries, start + before)) {
            throw malformed("the zip archive's directory has more in it than entries");
        }
        return read;
    }

    /** Whether the records of large archives (zip64), which PyTorch writes behind small directories too, say the same. */
    private static boolean isLargeEnd(ByteBuffer bytes, int position, int end, int entries, long start) {
        return end - position == LARGE_END_BYTES + LARGE_LOCATOR_BYTES
                && bytes.getInt(position) == LARGE_END_SIGNATURE
                && bytes.getLong(position + 32) == entries
                && bytes.getLong(position + 48) == start
                && bytes.getInt(position + LARGE_END_BYTES) == LARGE_LOCATOR_SIGNATURE;
    }

    private static int unsignedShort(ByteBuffer bytes, int position) {
        return bytes.getShort(position) & 0xffff;
    }

    private static Problem malformed(String explanation) {
        return Problem.malformed("", explanation, null, "one zip archive, whole, without a comment");
    }
}
