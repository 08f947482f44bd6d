package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;

/**
 * The Open Inference Protocol's tensor object, {@code {"shape": [2, 3], "datatype": "FP64", "data": [...]}}, as it is
 * read: keys in any order, data flat or nested.
 */
final class TensorObject {

    private static final String KEYS = "shape, datatype, data";

    private final JsonParser parser;
    private final TensorLimits limits;
    private @Nullable Shape shape;
    private @Nullable Datatype datatype;
    private @Nullable NestedNumbers data;

    private TensorObject(JsonParser parser, TensorLimits limits) {
        this.parser = parser;
        this.limits = limits;
    }

    /** Reads from the current token, the start of the object, to its end. */
    static Tensor read(JsonParser parser, TensorLimits limits) {
        TensorObject object = new TensorObject(parser, limits);
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            object.property(key);
        }
        return object.tensor();
    }

    private void property(String key) {
        switch (key) {
            case "shape" -> {
                refuseSecond(shape, key);
                shape = shape();
            }
            case "datatype" -> {
                refuseSecond(datatype, key);
                datatype = datatype();
            }
            case "data" -> {
                refuseSecond(data, key);
                data = NestedNumbers.read(parser, "/data", limits);
            }
            default -> throw Problem.invalid(Problem.pointer(key), "a tensor has no such key", key, KEYS);
        }
    }

    private static void refuseSecond(@Nullable Object first, String key) {
        if (first != null) {
            throw Problem.invalid(Problem.pointer(key), "this key stands here twice", "twice", "once");
        }
    }

    private Shape shape() {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw Problem.invalid("/shape", "a shape is an array", parser.getString(), "such as [2, 3]");
        }
        List<Long> extents = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            limits.requireRank("/shape", extents.size() + 1);
            boolean integer = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && parser.getNumberType() != NumberType.BIG_INTEGER;
            if (!integer || parser.getLongValue() < 0) {
                String pointer = Problem.pointer("shape", extents.size());
                throw Problem.invalid(pointer, "not a size", parser.getString(), "an integer from 0");
            }
            extents.add(parser.getLongValue());
        }
        return Shape.ofForeign(
                "/shape", extents.stream().mapToLong(Long::longValue).toArray());
    }

    private Datatype datatype() {
        for (Datatype candidate : Datatype.values()) {
            if (candidate.name().equals(parser.getString())) {
                return candidate;
            }
        }
        throw Problem.unsupported(
                "/datatype",
                "this datatype is not supported",
                parser.getString(),
                "one of FP64, FP32, FP16, BF16, INT8, INT16, INT32, INT64, UINT8, BOOL");
    }

    private Tensor tensor() {
        if (shape == null || datatype == null || data == null) {
            String missing = shape == null ? "shape" : datatype == null ? "datatype" : "data";
            throw Problem.invalid("", "the tensor object is incomplete", "no " + missing, KEYS);
        }
        Shape got = data.shape();
        boolean flat = got.rank() == 1 && got.size() == shape.size();
        if (!flat && !got.equals(shape)) {
            throw Problem.invalid(
                    "/data",
                    "the data contradicts the shape",
                    got.rank() == 1 ? got.size() + " numbers" : "shape " + got,
                    shape.size() + " numbers, flat or nested as " + shape);
        }
        double[] values = data.values();
        if (datatype != Datatype.BOOL && data.firstBoolean() >= 0) {
            throw outOfRange(data.firstBoolean(), values[data.firstBoolean()] == 1 ? "true" : "false", datatype);
        }
        for (int i = 0; i < values.length; i++) {
            if (!datatype.holds(values[i])) {
                throw outOfRange(i, Elements.text(values[i]), datatype);
            }
            values[i] = datatype.round(values[i]);
        }
        return Tensor.of(shape, datatype, values);
    }

    private Problem outOfRange(int position, String got, Datatype type) {
        String pointer = "/data" + (data == null ? "" : Elements.pointer(data.shape(), position));
        return Problem.invalid(pointer, "not a value of datatype " + type, got, type.range());
    }
}
