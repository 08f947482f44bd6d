package dev.plumbline.web;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdScalarDeserializer;

/** A number of whatever kind, as it was written; what is none of them is read as {@link WireDouble} does. */
final class WireNumber extends StdScalarDeserializer<Number> {

    private final WireDouble doubles = new WireDouble(Double.class);

    WireNumber() {
        super(Number.class);
    }

    @Override
    public @Nullable Number deserialize(JsonParser parser, DeserializationContext context) {
        return parser.currentToken().isNumeric() ? parser.getNumberValue() : doubles.deserialize(parser, context);
    }
}
