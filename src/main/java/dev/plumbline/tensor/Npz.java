package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
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

    private Npz() {}

    static boolean looksLike(byte[] file) {
        return file.length >= 2 && file[0] == 'P' && file[1] == 'K';
    }

    /** The tensors by name, in the order of the archive. */
    public static Map<String, Tensor> read(byte[] file, TensorLimits limits) {
        limits.requireBytes(file.length);
        List<String> directory = ZipDirectory.names(file);
        limits.requireTensors(directory.size());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
            long left = limits.bytes();
            for (String expected : directory) {
                ZipEntry entry = zip.getNextEntry();
                if (entry == null || !entry.getName().equals(expected)) {
                    throw contradiction(entry, expected);
                }
                String name = name(expected);
                if (tensors.containsKey(name)) {
                    throw Problem.invalid(Problem.pointer(name), "two entries have this name", expected, "one");
                }
                byte[] npy = inflate(zip, left, limits);
                left -= npy.length;
                tensors.put(name, read(name, npy, limits));
            }
            ZipEntry further = zip.getNextEntry();
            if (further != null) {
                throw contradiction(further, "no further entry");
            }
        } catch (IOException | IllegalArgumentException broken) {
            // IllegalArgumentException is how ZipInputStream refuses a name that is not UTF-8.
            throw Problem.malformed("", "the zip archive is broken", broken.getMessage(), "npy files in a zip archive");
        }
        return Collections.unmodifiableMap(tensors);
    }

    private static Problem contradiction(@Nullable ZipEntry got, String expected) {
        String name = got == null ? "the end" : got.getName();
        return Problem.malformed("", "the zip archive contradicts its directory", name, expected);
    }

    private static Tensor read(String name, byte[] npy, TensorLimits limits) {
        try {
            return Npy.read(npy, limits);
        } catch (Problem problem) {
            throw problem.within(Problem.pointer(name));
        }
    }

    private static byte[] inflate(ZipInputStream zip, long left, TensorLimits limits) throws IOException {
        int most = (int) Math.min(left, Integer.MAX_VALUE - 16);
        byte[] npy = zip.readNBytes(most + 1);
        if (npy.length > most) {
            throw Problem.limit("", "the archive inflates to more than is allowed", "more", limits.bytes() + " bytes");
        }
        return npy;
    }

    private static String name(String entry) {
        if (entry.endsWith(".pkl")) {
            throw Problem.unsupported(
                    "",
                    "this looks like a PyTorch checkpoint, and pickles are never read",
                    entry,
                    "safetensors or npz");
        }
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
    public static byte[] write(Map<String, Tensor> tensors) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(tensors, out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** Writes and flushes, but does not close {@code out}. */
    public static void write(Map<String, Tensor> tensors, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setMethod(ZipOutputStream.STORED);
        for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
            requireName(each.getKey());
            byte[] npy;
            try {
                npy = Npy.write(each.getValue());
            } catch (Problem problem) {
                throw problem.within(Problem.pointer(each.getKey()));
            }
            zip.putNextEntry(entry(each.getKey() + SUFFIX, npy));
            zip.write(npy);
        }
        zip.finish();
        out.flush();
    }

    private static ZipEntry entry(String name, byte[] npy) {
        ZipEntry entry = new ZipEntry(name);
        CRC32 checksum = new CRC32();
        checksum.update(npy);
        entry.setSize(npy.length);
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0)); // the earliest that zip knows, as NumPy has it
        return entry;
    }
}
