package dev.plumbline.library;

import dev.plumbline.tensor.ExternalFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * All files of a model: its own under the name {@link #OWN}, and those beside it by their locations.
 *
 * @param files in the order of their names, the model's own first
 */
public record ModelFiles(Map<String, ExternalFile> files) {

    static final String OWN = ".";

    /** @param beside by location */
    public static ModelFiles of(byte[] own, Map<String, ExternalFile> beside) {
        Map<String, ExternalFile> files = new LinkedHashMap<>();
        files.put(OWN, new ExternalFile(own.length, () -> new ByteArrayInputStream(own)));
        files.putAll(new TreeMap<>(beside));
        return new ModelFiles(files);
    }

    public long bytes() {
        return files.values().stream().mapToLong(ExternalFile::bytes).sum();
    }

    /**
     * What the model is called: {@code sha256:} and the SHA-256 of its file; where there are files beside it, that of the
     * lines {@code <SHA-256 in hex>  <location>} of all, the model's own first, as {@code sha256sum} prints them.
     */
    public String digest() {
        Map<String, String> hashes = new LinkedHashMap<>();
        files.forEach((location, file) -> hashes.put(location, sha256(file)));
        if (hashes.size() == 1) {
            return "sha256:" + hashes.get(OWN);
        }
        StringBuilder lines = new StringBuilder();
        hashes.forEach((location, hash) ->
                lines.append(hash).append("  ").append(location).append('\n'));
        byte[] text = lines.toString().getBytes(StandardCharsets.UTF_8);
        return "sha256:" + sha256(new ExternalFile(text.length, () -> new ByteArrayInputStream(text)));
    }

    private static String sha256(ExternalFile file) {
        try (InputStream in = file.from(0)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[1 << 16];
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                digest.update(chunk, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
