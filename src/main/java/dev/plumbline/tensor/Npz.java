package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * NumPy's npz format: a zip archive of npy files, {@code <name>.npy} each.
 *
 * <p>What an entry says of its own size is never believed: bytes are counted while they are inflated, and all entries
 * together may not exceed {@link TensorLimits#bytes}. An entry may not leave the archive by its name, and a name may not
 * come twice. The archive must end with its directory, to the byte, and the directory must name the entries that are
 * there, in their order; so no two readers can see different tensors in it. Written entries are stored, not deflated, as {@code numpy.savez} does, because gradients do not compress; the
 * same tensors give the same bytes.
 */
public final class Npz {

    private static final String SUFFIX = ".npy";
    private static final int BUFFER = 1 << 16;

    private Npz() {}

    static boolean looksLike(byte[] file) {
        return file.length >= 2 && file[0] == 'P' && file[1] == 'K';
    }

    /** The tensors by name, in the order of the archive. */
    public static Map<String, Tensor> read(byte[] file, TensorLimits limits) {
        limits.requireBytes(file.length);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        visit(new ByteArrayInputStream(file), file.length, ZipDirectory.names(file), limits, (name, npy) -> {
            tensors.put(name, Npy.read(npy.readAllBytes(), limits));
        });
        return Collections.unmodifiableMap(tensors);
    }

    /** Copies the npy files of the archive, one behind the other, to {@code values}, where the tensors then lie. */
    static Map<String, StoredTensor> inflate(FileChannel archive, FileChannel values, TensorLimits limits)
            throws IOException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        List<String> directory = ZipDirectory.names(archive, limits);
        InputStream bytes = new BufferedInputStream(Channels.newInputStream(archive.position(0)), BUFFER);
        visit(bytes, archive.size(), directory, limits, (name, npy) -> {
            long begin = values.position();
            npy.transferTo(Channels.newOutputStream(values));
            tensors.put(name, StoredTensors.npy(values, begin, limits));
        });
        return tensors;
    }

    /** What is done with one entry of an archive; problems point from the entry on. */
    private interface Visitor {
        void visit(String name, InputStream npy) throws IOException;
    }

    private static void visit(
            InputStream file, long packed, List<String> directory, TensorLimits limits, Visitor visitor) {
        limits.requireTensors(directory.size());
        Set<String> seen = new HashSet<>();
        try (ZipInputStream zip = new ZipInputStream(file)) {
            InputStream inflated = new Inflated(zip, packed, limits.bytes());
            for (String expected : directory) {
                ZipEntry entry = zip.getNextEntry();
                if (entry == null || !entry.getName().equals(expected)) {
                    throw contradiction(entry, expected);
                }
                String name = name(expected);
                if (!seen.add(name)) {
                    throw Problem.invalid(Problem.pointer(name), "two entries have this name", expected, "one");
                }
                visit(name, inflated, visitor);
            }
            ZipEntry further = zip.getNextEntry();
            if (further != null) {
                throw contradiction(further, "no further entry");
            }
        } catch (IOException | IllegalArgumentException broken) {
            // IllegalArgumentException is how ZipInputStream refuses a name that is not UTF-8.
            throw Problem.malformed("", "the zip archive is broken", broken.getMessage(), "npy files in a zip archive");
        }
    }

    private static Problem contradiction(@Nullable ZipEntry got, String expected) {
        String name = got == null ? "the end" : got.getName();
        return Problem.malformed("", "the zip archive contradicts its directory", name, expected);
    }

    private static void visit(String name, InputStream npy, Visitor visitor) throws IOException {
        try {
            visitor.visit(name, npy);
        } catch (Problem problem) {
            throw problem.within(Problem.pointer(name));
        }
    }

    private static String name(String entry) {
        if (!entry.endsWith(SUFFIX)) {
            throw Problem.malformed("", "an entry of the archive is no npy file", entry, "<name>.npy");
        }
        String name = entry.substring(0, entry.length() - SUFFIX.length());
        requireName(name);
        return name;
    }

    private static void requireName(String name) {
        TensorLimits.requireName(name);
        boolean leaves = name.startsWith("/") || name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0;
        if (leaves || Arrays.asList(name.split("/", -1)).contains("..")) {
            throw Problem.invalid("", "a name that could leave the archive", name, "no '..', leading '/' or '\\'");
        }
    }

    /** BF16 is refused: NumPy has no such type. */
    public static byte[] write(Map<String, ? extends TensorSource> tensors) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(tensors, out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** Writes and flushes, but does not close {@code out}. */
    public static void write(Map<String, ? extends TensorSource> tensors, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setMethod(ZipOutputStream.STORED);
        for (Map.Entry<String, ? extends TensorSource> each : tensors.entrySet()) {
            requireName(each.getKey());
            zip.putNextEntry(entry(each.getKey(), each.getValue()));
            Npy.write(each.getValue(), zip);
        }
        zip.finish();
        out.flush();
    }

    /** Zip wants the checksum before the values, so these are written twice: the first time to nowhere. */
    private static ZipEntry entry(String name, TensorSource tensor) throws IOException {
        ZipEntry entry = new ZipEntry(name + SUFFIX);
        CRC32 checksum = new CRC32();
        CheckedOutputStream nowhere = new CheckedOutputStream(OutputStream.nullOutputStream(), checksum);
        try {
            entry.setSize(Npy.write(tensor, nowhere));
        } catch (Problem problem) {
            throw problem.within(Problem.pointer(name));
        }
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0)); // the earliest that zip knows, as NumPy has it
        return entry;
    }
}
