package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdScalarDeserializer;

/**
 * Reads a float64: a number, or one of the strings {@code "NaN"}, {@code "Infinity"}, {@code "-Infinity"}.
 *
 * <p>Where Jackson would turn 1e999 into an infinity without a word, this refuses it.
 */
final class WireDouble extends StdScalarDeserializer<Double> {

    private final Class<Double> type;

    WireDouble(Class<Double> type) {
        super(type);
        this.type = type;
    }

    @Override
    public @Nullable Double deserialize(JsonParser parser, DeserializationContext context) {
        JsonToken token = parser.currentToken();
        if (token.isNumeric()) {
            return finite(parser);
        } else if (token == JsonToken.VALUE_STRING) {
            String text = parser.getString();
            return switch (text) {
                case "NaN" -> Double.NaN;
                case "Infinity" -> Double.POSITIVE_INFINITY;
                case "-Infinity" -> Double.NEGATIVE_INFINITY;
                default -> (Double) context.handleWeirdStringValue(type, text, "not a number");
            };
        }
        return (Double) context.handleUnexpectedToken(type, parser);
    }

    @Override
    public @Nullable Object getNullValue(DeserializationContext context) {
        return type.isPrimitive() ? context.reportInputMismatch(type, "Cannot map `null` into a number") : null;
    }

    private static double finite(JsonParser parser) {
        double value = parser.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw Problem.invalid(
                    "", "the number does not fit", parser.getString(), "a number up to 1.797e308 in size");
        }
        return value;
    }
}
