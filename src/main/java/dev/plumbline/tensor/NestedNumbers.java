package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A nested JSON array of numbers, collected from the token stream as it comes: the shape is learnt from the first
 * innermost array and held against all others, so a ragged one is refused at its first ragged element.
 */
final class NestedNumbers {

    private static final String EXPECTED = "a finite number, \"NaN\", \"Infinity\", \"-Infinity\"";
    private static final Map<String, Double> NON_FINITE =
            Map.of("NaN", Double.NaN, "Infinity", Double.POSITIVE_INFINITY, "-Infinity", Double.NEGATIVE_INFINITY);

    private final JsonParser parser;
    private final TensorLimits limits;
    private final String root;

    private double[] values = new double[16];
    private int size;
    private int firstBoolean = -1;

    private int depth; // open arrays
    private int rank = -1; // known when the first value is read or the first array is closed
    private final int[] counts; // by depth: elements of the open array that are complete
    private final int[] extents; // by depth: elements of the first array that was closed there, or -1

    private NestedNumbers(JsonParser parser, String root, TensorLimits limits) {
        this.parser = parser;
        this.root = root;
        this.limits = limits;
        this.counts = new int[limits.rank() + 1];
        this.extents = new int[limits.rank() + 1];
        Arrays.fill(extents, -1);
    }

    /** Reads from the current token, a number or the start of an array, to its end; {@code root} points to it. */
    static NestedNumbers read(JsonParser parser, String root, TensorLimits limits) {
        NestedNumbers numbers = new NestedNumbers(parser, root, limits);
        numbers.element(parser.currentToken());
        while (numbers.depth > 0) {
            numbers.element(parser.nextToken());
        }
        numbers.values = Arrays.copyOf(numbers.values, numbers.size);
        return numbers;
    }

    Shape shape() {
        return Shape.of(Arrays.copyOf(extents, rank));
    }

    /** The numbers, row-major; true is 1 and false is 0. */
    double[] values() {
        return values;
    }

    /** The position of the first true or false, or -1. */
    int firstBoolean() {
        return firstBoolean;
    }

    private void element(@Nullable JsonToken token) {
        if (token == JsonToken.START_ARRAY) {
            open();
        } else if (token == JsonToken.END_ARRAY) {
            close();
        } else {
            value(token);
        }
    }

    private void open() {
        if (depth == rank) {
            throw ragged(depth, "an array", "a number");
        }
        limits.requireRank(pointer(depth), depth + 1);
        counts[depth++] = 0;
    }

    private void close() {
        depth--;
        int count = counts[depth];
        if (rank < 0) {
            rank = depth + 1;
        }
        if (extents[depth] < 0) {
            extents[depth] = count;
        } else if (extents[depth] != count) {
            throw ragged(depth, "length " + count, "length " + extents[depth]);
        }
        complete();
    }

    private void value(@Nullable JsonToken token) {
        double value = number(token);
        if (rank < 0) {
            rank = depth;
        } else if (depth != rank) {
            throw ragged(depth, "a number", "an array");
        }
        if (size == values.length) {
            limits.requireBytes(8L * (size + 1));
            long most = Math.min(limits.bytes() / 8, Integer.MAX_VALUE - 16);
            values = Arrays.copyOf(values, (int) Math.min(2L * size, Math.max(most, size + 1)));
        }
        values[size++] = value;
        complete();
    }

    /** One more element of the array around it; the root has none. */
    private void complete() {
        if (depth > 0) {
            counts[depth - 1]++;
        }
    }

    private double number(@Nullable JsonToken token) {
        if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT) {
            return finite(parser.getDoubleValue());
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            firstBoolean = firstBoolean < 0 ? size : firstBoolean;
            return token == JsonToken.VALUE_TRUE ? 1 : 0;
        }
        Double nonFinite = token == JsonToken.VALUE_STRING ? NON_FINITE.get(parser.getString()) : null;
        if (nonFinite == null) {
            throw Problem.invalid(pointer(depth), "not a number", got(token), EXPECTED + " or an array");
        }
        return nonFinite;
    }

    private double finite(double value) {
        if (!Double.isFinite(value)) {
            throw Problem.invalid(pointer(depth), "beyond the range of float64", parser.getString(), EXPECTED);
        }
        return value;
    }

    private String got(@Nullable JsonToken token) {
        if (token == JsonToken.VALUE_STRING) {
            return '"' + parser.getString() + '"';
        }
        return token == null ? "the end" : token == JsonToken.START_OBJECT ? "an object" : parser.getString();
    }

    private Problem ragged(int level, String got, String expected) {
        return Problem.invalid(pointer(level), "the nested array is ragged", got, expected + ", as the first one has");
    }

    private String pointer(int level) {
        StringBuilder pointer = new StringBuilder(root);
        for (int i = 0; i < level; i++) {
            pointer.append('/').append(counts[i]);
        }
        return pointer.toString();
    }
}
