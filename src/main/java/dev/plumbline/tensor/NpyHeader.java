package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The header of an npy file: a Python dictionary literal with exactly the keys {@code descr}, {@code fortran_order} and
 * {@code shape}, in any order. Only that much of Python is understood, and nothing is evaluated.
 */
record NpyHeader(Datatype datatype, ByteOrder order, boolean columnMajor, Shape shape) {

    private static final Map<String, Datatype> TYPES = Map.of(
            "f8", Datatype.FP64,
            "f4", Datatype.FP32,
            "f2", Datatype.FP16,
            "i1", Datatype.INT8,
            "i2", Datatype.INT16,
            "i4", Datatype.INT32,
            "i8", Datatype.INT64,
            "u1", Datatype.UINT8,
            "b1", Datatype.BOOL);

    private static final Set<String> KEYS = Set.of("descr", "fortran_order", "shape");
    private static final String EXPECTED = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
    private static final Pattern OPEN = Pattern.compile("\\s*+\\{");
    private static final Pattern KEY = Pattern.compile("\\s*+(?:'(\\w*+)'|\"(\\w*+)\")\\s*+:\\s*+");
    private static final Pattern VALUE =
            Pattern.compile("('[^'\\\\]*+'|\"[^\"\\\\]*+\"|True|False|\\([0-9L,\\s]*+\\))\\s*+(,?)");
    private static final Pattern CLOSE = Pattern.compile("\\s*+\\}\\s*+");
    private static final Pattern INTEGER = Pattern.compile("(0|[1-9]\\d{0,17})L?"); // Python 2 wrote 3L

    /** Refuses every dtype but plain numbers: an object array is a pickle, which runs code when it is read. */
    static NpyHeader parse(String text, TensorLimits limits) {
        Map<String, String> entries = entries(text);
        if (!entries.keySet().equals(KEYS)) {
            throw malformed("the header has other keys", entries.keySet());
        }
        String descr = unquoted(entries.get("descr"));
        Datatype datatype = descr == null || descr.length() != 3 ? null : TYPES.get(descr.substring(1));
        if (descr == null || datatype == null || "<>|".indexOf(descr.charAt(0)) < 0) {
            throw unsupported(entries.get("descr"));
        }
        if (descr.startsWith("|") && datatype.bytes() > 1) {
            throw unsupported(entries.get("descr"));
        }
        String columnMajor = entries.get("fortran_order");
        if (!"True".equals(columnMajor) && !"False".equals(columnMajor)) {
            throw malformed("fortran_order is no truth value", columnMajor);
        }
        ByteOrder order = descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        return new NpyHeader(datatype, order, "True".equals(columnMajor), shape(entries.get("shape"), limits));
    }

    private static Map<String, String> entries(String text) {
        Map<String, String> entries = new TreeMap<>();
        Matcher matcher = OPEN.matcher(text);
        if (!matcher.lookingAt()) {
            throw malformed("the header is no Python dictionary", text);
        }
        int position = matcher.end();
        boolean more = true;
        while (more && matcher.usePattern(KEY).region(position, text.length()).lookingAt()) {
            String key = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            position = matcher.end();
            if (!matcher.usePattern(VALUE).region(position, text.length()).lookingAt()) {
                String rest = text.substring(position);
                throw key.equals("descr") && rest.startsWith("[")
                        ? unsupported(rest)
                        : malformed("a value in the header cannot be read", rest);
            }
            if (entries.put(key, matcher.group(1)) != null) {
                throw malformed("a key stands in the header twice", key);
            }
            more = !matcher.group(2).isEmpty();
            position = matcher.end();
        }
        if (!matcher.usePattern(CLOSE).region(position, text.length()).matches()) {
            throw malformed("the header cannot be read", text.substring(position));
        }
        return entries;
    }

    private static Shape shape(@Nullable String tuple, TensorLimits limits) {
        if (tuple == null || !tuple.startsWith("(")) {
            throw malformed("shape is no tuple", tuple);
        }
        String inside = tuple.substring(1, tuple.length() - 1).strip();
        if (inside.isEmpty()) {
            return Shape.SCALAR;
        }
        String[] parts = inside.split(",", limits.rank() + 2);
        boolean trailingComma = parts[parts.length - 1].isBlank();
        int rank = trailingComma ? parts.length - 1 : parts.length;
        if (parts.length < 2) {
            throw malformed("shape is no tuple", tuple);
        }
        limits.requireRank("", rank);
        long[] extents = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            Matcher integer = INTEGER.matcher(parts[axis].strip());
            if (!integer.matches()) {
                throw malformed("shape has something else than sizes", tuple);
            }
            extents[axis] = Long.parseLong(integer.group(1));
        }
        return Shape.ofForeign("", extents);
    }

    private static @Nullable String unquoted(@Nullable String literal) {
        if (literal == null || "'\"".indexOf(literal.charAt(0)) < 0) {
            return null;
        }
        return literal.substring(1, literal.length() - 1);
    }

    private static Problem malformed(String explanation, @Nullable Object got) {
        return Problem.malformed("", explanation, got, "such as " + EXPECTED);
    }

    private static Problem unsupported(@Nullable Object descr) {
        return Problem.unsupported(
                "",
                "this dtype is not supported",
                descr,
                "'<' or '>' with one of f8, f4, f2, i8, i4, i2, i1, u1, b1: no objects, texts, records or complex numbers");
    }

    /** As NumPy writes it for a row-major array. */
    static String write(TensorSource tensor) {
        String type = TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == tensor.datatype())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> Problem.unsupported(
                        "", "npy has no such datatype", tensor.datatype(), "safetensors, or another datatype"));
        String mark = tensor.datatype().bytes() == 1 ? "|" : "<";
        StringBuilder shape = new StringBuilder();
        for (int extent : tensor.shape().extents()) {
            shape.append(shape.isEmpty() ? "" : " ").append(extent).append(',');
        }
        if (tensor.shape().rank() > 1) {
            shape.setLength(shape.length() - 1);
        }
        return "{'descr': '" + mark + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
    }
}
