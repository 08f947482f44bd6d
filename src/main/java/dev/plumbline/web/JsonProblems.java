package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/**
 * Turns what Jackson says about a caller's JSON into a {@link Problem} with a pointer, what was got and what was
 * expected. Empty where the fault is not the caller's: a type that Jackson cannot handle, a null pointer in a record.
 */
final class JsonProblems {

    /** "Document nesting depth (101) exceeds the maximum allowed (100, from ...)". */
    private static final Pattern CONSTRAINT =
            Pattern.compile("^(.+?) \\((\\d+)\\) exceeds the maximum allowed \\((\\d+)");

    /** Java's view of the source says nothing to a caller, who knows neither stream nor parser. */
    private static final Pattern SOURCE = Pattern.compile("\\s*\\(start marker at .*\\)|\\s*\\[Source: .*]");

    private static final Pattern ADVICE = Pattern.compile("(: enable| \\(set) `.*");

    /** What Python's json.dumps writes, and whatever else a number that is none is called. */
    private static final Pattern NOT_A_NUMBER = Pattern.compile("(?i)token '?[-+]?(NaN|Inf)");

    private JsonProblems() {}

    static Optional<Problem> of(JacksonException failure) {
        Problem own = thrownByOurs(failure);
        return Optional.ofNullable(own == null ? thrownByJackson(failure) : own);
    }

    /** A record or a deserializer of ours threw: it knows its own end of the pointer, Jackson knows the front. */
    private static @Nullable Problem thrownByOurs(JacksonException failure) {
        String pointer = pointer(failure);
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem.within(pointer);
            } else if (cause instanceof IllegalArgumentException && cause.getMessage() != null) {
                return new Problem(Problem.Code.INVALID, pointer, cause.getMessage(), null, null);
            } else if (cause instanceof JacksonException inner) {
                pointer += pointer(inner);
            }
        }
        return null;
    }

    private static @Nullable Problem thrownByJackson(JacksonException failure) {
        if (failure instanceof StreamConstraintsException) {
            return tooLarge(failure);
        } else if (failure instanceof InputCoercionException overflow) {
            String expected = JsonKinds.of(overflow.getTargetType());
            return Problem.invalid(pointer(failure), "the number does not fit", message(failure), expected);
        } else if (failure instanceof StreamReadException) {
            return malformed(failure);
        } else if (failure instanceof UnrecognizedPropertyException unknown) {
            return unknownName(unknown);
        } else if (failure instanceof InvalidTypeIdException unknown) {
            return unknownKind(unknown);
        } else if (failure instanceof MismatchedInputException mismatch) {
            return mismatch(mismatch);
        }
        return null;
    }

    private static Problem tooLarge(JacksonException failure) {
        Matcher words = CONSTRAINT.matcher(failure.getOriginalMessage());
        if (!words.find()) {
            return new Problem(Problem.Code.LIMIT, pointer(failure), "the JSON is too large", message(failure), null);
        }
        String explanation = "the JSON is too large: " + words.group(1).toLowerCase(Locale.ROOT);
        return Problem.limit(pointer(failure), explanation, words.group(2), "at most " + words.group(3));
    }

    private static Problem malformed(JacksonException failure) {
        String place = "";
        if (failure.getLocation() != null && failure.getLocation().getLineNr() > 0) {
            place = " at line %d, column %d"
                    .formatted(
                            failure.getLocation().getLineNr(),
                            failure.getLocation().getColumnNr());
        }
        // The parser knows where it stopped, even inside of what no deserializer has looked at yet.
        String pointer = failure.processor() instanceof JsonParser parser
                ? parser.streamReadContext().pathAsPointer().toString()
                : pointer(failure);
        String got = message(failure);
        String expected = NOT_A_NUMBER.matcher(got).find()
                ? "\"NaN\", \"Infinity\" or \"-Infinity\", in quotes: JSON has no such numbers"
                : "JSON, each name once";
        return Problem.malformed(pointer, "the JSON is broken" + place, got, expected);
    }

    private static Problem unknownName(UnrecognizedPropertyException unknown) {
        String known = unknown.getKnownPropertyIds() == null
                ? ""
                : unknown.getKnownPropertyIds().stream()
                        .map(Object::toString)
                        .sorted()
                        .collect(Collectors.joining(", "));
        String expected = known.isEmpty() ? "no name at all" : "one of " + known;
        return Problem.invalid(pointer(unknown), "the name is unknown here", unknown.getPropertyName(), expected);
    }

    private static Problem unknownKind(InvalidTypeIdException unknown) {
        String expected = JsonKinds.listed(unknown.getOriginalMessage(), "a known kind");
        return unknown.getTypeId() == null
                ? Problem.invalid(pointer(unknown), "its kind is missing", "nothing", expected)
                : Problem.invalid(pointer(unknown), "its kind is unknown", unknown.getTypeId(), expected);
    }

    private static Problem mismatch(MismatchedInputException mismatch) {
        String message = mismatch.getOriginalMessage();
        String expected = JsonKinds.expected(mismatch);
        if (message.startsWith("No content")) {
            return Problem.malformed("", "the body is empty", "nothing", expected);
        } else if (message.startsWith("Trailing token")) {
            return Problem.malformed(
                    "", "something follows the JSON", JsonKinds.got(mismatch), "nothing after " + expected);
        } else if (message.startsWith("Missing required")
                || message.startsWith("Cannot map `null`")
                || mismatch instanceof InvalidNullException) {
            String missing =
                    mismatch.getTargetType() == Tensor.class ? "there is no tensor here" : "a value is missing";
            return Problem.invalid(pointer(mismatch), missing, "nothing or null", expected);
        }
        return Problem.invalid(pointer(mismatch), "the value does not fit here", JsonKinds.got(mismatch), expected);
    }

    /** Jackson's own words without what only a Java programmer could act upon. */
    private static String message(JacksonException failure) {
        String message = SOURCE.matcher(failure.getOriginalMessage()).replaceAll("");
        return ADVICE.matcher(message).replaceAll("");
    }

    static String pointer(JacksonException failure) {
        return failure.getPath().stream().map(JsonProblems::pointer).collect(Collectors.joining());
    }

    private static String pointer(JacksonException.Reference step) {
        String name = step.getPropertyName();
        return name == null ? Problem.pointer(step.getIndex()) : Problem.pointer(name);
    }
}
