package dev.plumbline.web;

import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;

/** JSON values in words: what a Java type expects, and what stood there. */
final class JsonKinds {

    /** "not one of the values accepted for Enum class: [mse, mae]", "known type ids = [a, b] (for ...)". */
    private static final Pattern LIST = Pattern.compile("(?:Enum class: |type ids = )\\[([^]]*)]");

    private static final Pattern QUOTED =
            Pattern.compile("^Cannot coerce .*? [Vv]alue \\((.*?)\\) to ", Pattern.DOTALL);

    private JsonKinds() {}

    /** The values that a message of Jackson's lists. */
    static String listed(String message, String otherwise) {
        Matcher list = LIST.matcher(message);
        return list.find() ? "one of " + list.group(1) : otherwise;
    }

    static String expected(MismatchedInputException mismatch) {
        Class<?> type = mismatch.getTargetType();
        return type != null && type.isEnum() ? constants(type) : listed(mismatch.getOriginalMessage(), of(type));
    }

    static String got(MismatchedInputException mismatch) {
        if (mismatch instanceof InvalidFormatException format && format.getValue() != null) {
            return String.valueOf(format.getValue());
        }
        Matcher quoted = QUOTED.matcher(mismatch.getOriginalMessage());
        return quoted.find() ? quoted.group(1) : of(mismatch.getCurrentToken());
    }

    static String of(@Nullable Class<?> type) {
        if (type == null) {
            return "a value";
        } else if (type == double.class || type == Double.class) {
            return "a number, \"NaN\", \"Infinity\" or \"-Infinity\"";
        } else if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        } else if (type == int.class || type == Integer.class) {
            return "an integer of 32 bits";
        } else if (type == long.class || type == Long.class) {
            return "an integer of 64 bits";
        } else if (type == String.class) {
            return "text";
        } else if (type == byte[].class) {
            return "text in base64";
        } else if (type == Tensor.class) {
            return "a number, a nested array, or an object with shape, datatype and data";
        }
        if (type.isEnum()) {
            return constants(type);
        }
        return type.isArray() || Collection.class.isAssignableFrom(type) ? "an array" : "an object";
    }

    private static String constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> WireNames.of(type, ((Enum<?>) constant).name()))
                .collect(Collectors.joining(", ", "one of ", ""));
    }

    private static String of(@Nullable JsonToken token) {
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_ARRAY, END_ARRAY -> "an array";
            case START_OBJECT, END_OBJECT, PROPERTY_NAME -> "an object";
            case VALUE_STRING -> "text";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE -> "true";
            case VALUE_FALSE -> "false";
            case VALUE_NULL -> "null";
            default -> "nothing";
        };
    }
}
