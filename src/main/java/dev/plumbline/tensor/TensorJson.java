package dev.plumbline.tensor;

import dev.plumbline.problem.Problem;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * Tensors as JSON: a number, a nested array of numbers, or the Open Inference Protocol's object {@code {"shape": [2, 3],
 * "datatype": "FP64", "data": [...]}}, its data flat or nested.
 *
 * <p>JSON has no NaN and no infinities; they are the strings {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"},
 * in and out. A number or a nested array is FP64. An FP32, FP16 or BF16 value is rounded to its type, ties to even, and
 * written with the digits of the float64 that equals it, so that no reader has to guess. A float64 tensor comes out as
 * a number or nested array; any other, and an empty one whose shape an array could not show, comes out as an object.
 */
public final class TensorJson {

    private TensorJson() {}

    /** Teaches a mapper to read tensors within {@code limits}, and to write them. */
    public static JacksonModule module(TensorLimits limits) {
        return new SimpleModule("plumbline-tensor")
                .addDeserializer(Tensor.class, new Deserializer(limits))
                .addSerializer(Tensor.class, new Serializer());
    }

    /**
     * Reads one tensor from the current token (or the first, where there is none yet) to its end. Anything but a tensor
     * is a {@link Problem} whose pointer begins at the tensor, such as {@code /1/0} or {@code /data/4}.
     */
    public static Tensor read(JsonParser parser, TensorLimits limits) {
        try {
            JsonToken token = parser.currentToken() == null ? parser.nextToken() : parser.currentToken();
            return token == JsonToken.START_OBJECT ? TensorObject.read(parser, limits) : plain(parser, limits);
        } catch (StreamConstraintsException tooMuch) {
            throw Problem.limit("", "the JSON is beyond a limit", place(parser), tooMuch.getOriginalMessage());
        } catch (StreamReadException broken) {
            throw Problem.malformed("", "not JSON: " + words(broken), place(parser), "JSON (RFC 8259)");
        }
    }

    private static Tensor plain(JsonParser parser, TensorLimits limits) {
        NestedNumbers numbers = NestedNumbers.read(parser, "", limits);
        if (numbers.firstBoolean() >= 0) {
            throw Problem.invalid(
                    Elements.pointer(numbers.shape(), numbers.firstBoolean()),
                    "not a number",
                    "true or false",
                    "a number, or a tensor object of datatype BOOL");
        }
        return Tensor.of(numbers.shape(), numbers.values());
    }

    /** Jackson's own words without its view of the source, of which a caller knows nothing. */
    static String words(JacksonException broken) {
        return broken.getOriginalMessage().replaceAll("\\s*\\(start marker at .*\\)|\\s*\\[Source: .*]", "");
    }

    private static String place(JsonParser parser) {
        TokenStreamLocation location = parser.currentLocation();
        return "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /**
     * The problem that a mapper wrapped while it read a larger document, its pointer now from the document's root; empty
     * where the exception has another cause.
     */
    public static Optional<Problem> problemBehind(JacksonException exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return Optional.of(problem.within(pointer(exception)));
            }
        }
        return Optional.empty();
    }

    private static String pointer(JacksonException exception) {
        StringBuilder pointer = new StringBuilder();
        for (JacksonException.Reference step : exception.getPath()) {
            String name = step.getPropertyName();
            pointer.append(Problem.pointer(name == null ? (Object) step.getIndex() : name));
        }
        return pointer.toString();
    }

    public static void write(Tensor tensor, JsonGenerator json) {
        boolean showsItsShape = tensor.size() > 0 || tensor.shape().rank() == 1;
        if (tensor.datatype() == Datatype.FP64 && showsItsShape) {
            writeNested(tensor, json);
            return;
        }
        json.writeStartObject();
        json.writeName("shape");
        json.writeArray(tensor.shape().extents(), 0, tensor.shape().rank());
        json.writeStringProperty("datatype", tensor.datatype().name());
        json.writeArrayPropertyStart("data");
        for (double value : tensor.values()) {
            writeValue(value, tensor.datatype(), json);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Opens and closes the arrays that begin or end at each element, innermost last and first. */
    private static void writeNested(Tensor tensor, JsonGenerator json) {
        int rank = tensor.shape().rank();
        int[] blocks = tensor.shape().strides(); // elements of one array at each depth
        for (int axis = 0; axis < rank; axis++) {
            blocks[axis] *= tensor.shape().extent(axis);
        }
        if (tensor.size() == 0) {
            json.writeStartArray().writeEndArray();
        }
        for (int i = 0; i < tensor.size(); i++) {
            for (int axis = rank - borders(i, blocks); axis < rank; axis++) {
                json.writeStartArray();
            }
            writeValue(tensor.at(i), tensor.datatype(), json);
            for (int axis = rank - borders(i + 1, blocks); axis < rank; axis++) {
                json.writeEndArray();
            }
        }
    }

    /** How many arrays, counted from the innermost, begin at an element, or end before it. */
    private static int borders(int position, int[] blocks) {
        int borders = 0;
        while (borders < blocks.length && position % blocks[blocks.length - 1 - borders] == 0) {
            borders++;
        }
        return borders;
    }

    private static void writeValue(double value, Datatype datatype, JsonGenerator json) {
        if (datatype == Datatype.BOOL) {
            json.writeBoolean(value != 0);
        } else if (!datatype.isFloat()) {
            json.writeNumber((long) value);
        } else if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeString(Double.toString(value));
        }
    }

    private static final class Deserializer extends ValueDeserializer<Tensor> {

        private final TensorLimits limits;

        Deserializer(TensorLimits limits) {
            this.limits = limits;
        }

        @Override
        public Tensor deserialize(JsonParser parser, DeserializationContext context) {
            return read(parser, limits);
        }
    }

    private static final class Serializer extends ValueSerializer<Tensor> {

        @Override
        public void serialize(Tensor tensor, JsonGenerator json, SerializationContext context) {
            write(tensor, json);
        }
    }
}
