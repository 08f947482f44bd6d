package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The safetensors format (Hugging Face, 2022), read strictly and written as the reference implementation writes it.
 *
 * <p>A file is 8 bytes: the header's length N, little-endian; N bytes: a JSON object {@code {"name": {"dtype": "F32",
 * "shape": [2, 3], "data_offsets": [begin, end]}, ...}}, padded with spaces; then the values, row-major and
 * little-endian, without holes, overlaps or bytes left over. Every check of the reference reader is made, all of them
 * before memory is taken for a tensor. Stricter than the reference: the header must begin with a brace, as the format's
 * description demands (the reference skips white space before it); names and keys must not repeat; a tensor has no
 * other keys; and the limits of {@link TensorLimits} hold. NaN and infinities are values like any other. Datatypes that
 * float64 cannot hold, and those that nobody differentiates in (8-bit floats, complex numbers), are refused.
 */
public final class Safetensors {

    private static final int PREFIX = 8;
    private static final int ALIGNMENT = 8;

    private Safetensors() {}

    public static SafetensorsFile read(byte[] file, TensorLimits limits) {
        return read(ByteBuffer.wrap(file), limits);
    }

    /** Reads what remains of {@code file}, whose position and byte order stay as they are. */
    public static SafetensorsFile read(ByteBuffer file, TensorLimits limits) {
        ByteBuffer bytes = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        limits.requireBytes(bytes.remaining());
        SafetensorsHeader header = header(bytes, bytes.remaining(), limits);
        return new SafetensorsFile(
                tensors(header, bytes.slice().order(ByteOrder.LITTLE_ENDIAN)),
                Collections.unmodifiableMap(header.metadata()));
    }

    /**
     * The header, held against the size of its file; leaves {@code bytes} at the first value.
     *
     * @param bytes the beginning of the file, as long as the longest header that is allowed, or all of it
     */
    static SafetensorsHeader header(ByteBuffer bytes, long fileBytes, TensorLimits limits) {
        if (fileBytes < PREFIX) {
            throw Problem.malformed("", "too short for a safetensors file", fileBytes + " bytes", "at least 8 bytes");
        }
        long headerBytes = bytes.getLong();
        long rest = fileBytes - PREFIX;
        limits.requireHeader(headerBytes);
        if (headerBytes > rest) {
            throw Problem.malformed(
                    "", "the header is longer than the file", headerBytes + " bytes", "at most " + rest + " bytes");
        }
        String json = utf8(bytes.slice(PREFIX, (int) headerBytes));
        if (!json.startsWith("{")) {
            throw Problem.malformed("", "the header is not a JSON object", start(json), "'{' as its first byte");
        }
        bytes.position(PREFIX + (int) headerBytes);
        SafetensorsHeader header = SafetensorsHeaderJson.read(json, limits);
        long expected = header.payloadBytes();
        long got = rest - headerBytes;
        if (got != expected) {
            throw Problem.malformed(
                    "",
                    got < expected ? "the file ends too early" : "bytes after the last tensor",
                    got + " bytes of values",
                    expected + " bytes");
        }
        return header;
    }

    private static Map<String, Tensor> tensors(SafetensorsHeader header, ByteBuffer payload) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries()) {
            ByteBuffer bytes = payload.slice((int) entry.begin(), (int) entry.expectedBytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
            Datatype datatype = entry.datatype().datatype();
            try {
                tensors.put(entry.name(), Elements.tensor(entry.shape(), datatype, Elements.decode(bytes, datatype)));
            } catch (Problem problem) {
                throw problem.within(entry.pointer());
            }
        }
        return Collections.unmodifiableMap(tensors);
    }

    private static String utf8(ByteBuffer bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException broken) {
            throw Problem.malformed("", "the header is not UTF-8", broken.getMessage(), "UTF-8");
        }
    }

    private static String start(String json) {
        return json.substring(0, Math.min(16, json.length()));
    }

    public static byte[] write(Map<String, ? extends TensorSource> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(tensors, metadata, out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    /** Writes and flushes, but does not close {@code out}. */
    public static void write(
            Map<String, ? extends TensorSource> tensors, Map<String, String> metadata, OutputStream out)
            throws IOException {
        for (String name : tensors.keySet()) {
            TensorLimits.requireName(name);
            if (name.equals(SafetensorsHeader.METADATA)) {
                throw Problem.invalid(
                        Problem.pointer(name), "this name has a meaning of its own", name, "another name");
            }
        }
        SafetensorsHeader header = SafetensorsHeader.of(tensors, metadata);
        byte[] json = SafetensorsHeaderJson.write(header);
        byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        ByteBuffer prefix = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN);
        out.write(prefix.putLong(padded.length).array());
        out.write(padded);
        for (SafetensorsHeader.Entry entry : header.entries()) {
            Objects.requireNonNull(tensors.get(entry.name())).write(out);
        }
        out.flush();
    }
}
