package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file: which tensor lies where.
 *
 * @param entries in the order of their bytes
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {

    static final String METADATA = "__metadata__";

    /** A tensor and its bytes, from {@code begin} to before {@code end}, counted from the end of the header. */
    record Entry(String name, SafetensorsDatatype datatype, Shape shape, long begin, long end) {

        String pointer() {
            return Problem.pointer(name);
        }

        long expectedBytes() {
            return (long) shape.size() * datatype.datatype().bytes();
        }
    }

    /** The header for these tensors, in the order in which the reference implementation writes them. */
    static SafetensorsHeader of(Map<String, ? extends TensorSource> tensors, Map<String, String> metadata) {
        List<Map.Entry<String, ? extends TensorSource>> sorted = new ArrayList<>(tensors.entrySet());
        sorted.sort(Comparator.<Map.Entry<String, ? extends TensorSource>, SafetensorsDatatype>comparing(
                        entry -> SafetensorsDatatype.of(entry.getValue().datatype()))
                .thenComparing(Map.Entry::getKey, SafetensorsHeader::compareCodePoints));
        List<Entry> entries = new ArrayList<>();
        long begin = 0;
        for (Map.Entry<String, ? extends TensorSource> each : sorted) {
            TensorSource tensor = each.getValue();
            long end = begin + tensor.bytes();
            SafetensorsDatatype datatype = SafetensorsDatatype.of(tensor.datatype());
            entries.add(new Entry(each.getKey(), datatype, tensor.shape(), begin, end));
            begin = end;
        }
        return new SafetensorsHeader(entries, new LinkedHashMap<>(metadata));
    }

    /** As UTF-8 bytes compare; {@link String#compareTo} puts characters beyond U+FFFF before U+E000. */
    private static int compareCodePoints(String left, String right) {
        int[] leftPoints = left.codePoints().toArray();
        int[] rightPoints = right.codePoints().toArray();
        return Arrays.compare(leftPoints, rightPoints);
    }

    /** The bytes after the header; refuses holes, overlaps and entries whose bytes are not those of their shape. */
    long payloadBytes() {
        long start = 0;
        for (Entry entry : entries) {
            if (entry.begin() != start) {
                throw Problem.invalid(
                        entry.pointer(),
                        entry.begin() > start ? "there is a hole before this tensor" : "this tensor overlaps another",
                        "data that begins at " + entry.begin(),
                        start);
            }
            long bytes = entry.end() - entry.begin();
            if (bytes != entry.expectedBytes()) {
                throw Problem.invalid(
                        entry.pointer(),
                        "the data's length contradicts dtype " + entry.datatype() + " and shape " + entry.shape(),
                        bytes + " bytes",
                        entry.expectedBytes() + " bytes");
            }
            start = entry.end();
        }
        return start;
    }
}
