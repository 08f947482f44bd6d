package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.ExternalFile;
import dev.plumbline.tensor.ExternalFiles;
import dev.plumbline.tensor.Shape;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/**
 * The tensors of a model whose values lie in files beside it (ONNX, <i>External data</i>: location, offset, length), and how
 * much memory all its tensors may take together: 8 bytes a number, whatever they are in the file.
 */
final class ExternalTensors {

    private static final int CHUNK = 1 << 18;

    private final ExternalFiles files;
    private final double mostBytes;
    private final Set<String> read = new TreeSet<>();
    private double bytes;

    ExternalTensors(ExternalFiles files, double mostBytes) {
        this.files = files;
        this.mostBytes = mostBytes;
    }

    static boolean isExternal(TensorProto proto) {
        return proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL || proto.getExternalDataCount() > 0;
    }

    /** Refuses one tensor more than there is memory for. */
    void count(Shape shape) {
        bytes += (double) Double.BYTES * shape.size();
        if (bytes > mostBytes) {
            throw Problem.cost(
                    "",
                    "the tensors of this model need too much memory",
                    (long) bytes + " bytes up to here",
                    "at most " + (long) mostBytes + " bytes (plumbline.limits.bytes)");
        }
    }

    /** Of the files from which something was read. */
    List<String> locations() {
        return List.copyOf(read);
    }

    /** Refuses files that nothing reads: most likely they are another model's, or misnamed. */
    void requireAllRead() {
        for (String location : files.locations()) {
            if (read.stream().noneMatch(name -> name.equals(location) || name.endsWith("/" + location))) {
                throw Problem.invalid(
                        "",
                        "the model reads nothing from this file of weights",
                        location,
                        read.isEmpty()
                                ? "none, since all values are in the model's own file"
                                : String.join(", ", read));
            }
        }
    }

    double[] read(TensorProto proto, Shape shape) {
        Map<String, String> entries = new HashMap<>();
        for (StringStringEntryProto entry : proto.getExternalDataList()) {
            entries.put(entry.getKey(), entry.getValue());
        }
        String location = entries.getOrDefault("location", "");
        DataType type = DataType.forNumber(proto.getDataType());
        long expected = (long) TensorReader.bytes(type) * shape.size();
        long offset = number(entries, "offset", 0);
        long length = number(entries, "length", expected);
        ExternalFile file = file(location);
        if (length != expected) {
            throw Problem.invalid(
                    "", "the number of bytes does not fit the shape " + shape, length + " bytes", expected + " bytes");
        }
        if (offset > file.bytes() - expected) {
            throw Problem.malformed(
                    "",
                    "the file beside the model ends too early",
                    location + " of " + file.bytes() + " bytes",
                    "bytes " + offset + " to " + (offset + expected));
        }
        count(shape);
        try (InputStream in = file.from(offset)) {
            return decode(in, type, new double[shape.size()]);
        } catch (EOFException shorter) {
            throw Problem.malformed("", "the file beside the model became shorter", location, expected + " bytes");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private ExternalFile file(String location) {
        ExternalFile file = files.find(location);
        read.add(location);
        if (file == null) {
            String others = files.locations().isEmpty() ? "" : "; what came is " + String.join(", ", files.locations());
            throw Problem.unsupported(
                    "",
                    "the values of this tensor lie in another file, which did not come along",
                    "external data at " + location + others,
                    "a part named weights with the file name " + location
                            + ", or the model in a directory with it; or all data in one ONNX file");
        }
        return file;
    }

    private static long number(Map<String, String> entries, String key, long otherwise) {
        String text = entries.get(key);
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw Problem.malformed("", "the " + key + " of the external data is no number", text, "a whole number");
        }
        return Long.parseLong(text);
    }

    private static double[] decode(InputStream in, DataType type, double[] values) throws IOException {
        int width = TensorReader.bytes(type);
        byte[] chunk = new byte[Math.min(CHUNK, values.length) * width];
        for (int start = 0; start < values.length; start += CHUNK) {
            int count = Math.min(CHUNK, values.length - start);
            if (in.readNBytes(chunk, 0, count * width) != count * width) {
                throw new EOFException();
            }
            ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, count * width).order(ByteOrder.LITTLE_ENDIAN);
            TensorReader.decode(bytes, type, values, start, count);
        }
        return values;
    }
}
