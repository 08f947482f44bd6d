package dev.plumbline.problem;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mistake of the caller: what was wrong, where, what was got and what was expected.
 *
 * <p>Everything that comes from outside is judged with this one exception, before any native call. The {@code pointer}
 * is a JSON pointer (RFC 6901) into the request, or the name of a multipart part followed by a pointer into it, such as
 * {@code model/node/Conv_3}. A reader deep inside a file knows only its own end of the path; whoever called it puts the
 * front on with {@link #within}.
 */
public final class Problem extends RuntimeException {

    /** The kind of mistake; each is one {@code type} of the service's problem details. */
    public enum Code {
        /** The bytes are not what they claim to be: broken JSON, a truncated file. */
        MALFORMED,
        /** Readable, but it contradicts itself or the rest of the request. */
        INVALID,
        /** Sensible, but not something Plumbline can do. */
        UNSUPPORTED,
        /** Larger or deeper than the configured limit. */
        LIMIT,
        /** Small enough to read, but its answer would take more arithmetic, memory or time than the configured limit. */
        COST,
        /** Refers to something that is not here. */
        NOT_FOUND,
        /** Contradicts what is already kept here. */
        CONFLICT,
        /** A precondition that the caller stated does not hold any more. */
        STALE,
        /** A precondition that the caller must state is missing. */
        PRECONDITION_MISSING;

        /** The {@code type} of its problem details. */
        public String type() {
            return "/problems/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** A refusal quotes the caller, but never echoes a large body. */
    private static final int LONGEST_QUOTE = 300;

    private final Code code;
    private final String pointer;
    private final String explanation;
    private final @Nullable String got;
    private final @Nullable String expected;

    public Problem(Code code, String pointer, String explanation, @Nullable Object got, @Nullable Object expected) {
        super(message(pointer, explanation, quote(got), expected));
        this.code = code;
        this.pointer = pointer;
        this.explanation = explanation;
        this.got = quote(got);
        this.expected = expected == null ? null : expected.toString();
    }

    public static Problem malformed(String pointer, String explanation, @Nullable Object got, Object expected) {
        return new Problem(Code.MALFORMED, pointer, explanation, got, expected);
    }

    public static Problem invalid(String pointer, String explanation, @Nullable Object got, Object expected) {
        return new Problem(Code.INVALID, pointer, explanation, got, expected);
    }

    public static Problem unsupported(String pointer, String explanation, @Nullable Object got, Object expected) {
        return new Problem(Code.UNSUPPORTED, pointer, explanation, got, expected);
    }

    public static Problem limit(String pointer, String explanation, Object asked, Object allowed) {
        return new Problem(Code.LIMIT, pointer, explanation, asked, allowed);
    }

    public static Problem cost(String pointer, String explanation, Object asked, Object allowed) {
        return new Problem(Code.COST, pointer, explanation, asked, allowed);
    }

    public static Problem notFound(String pointer, String explanation, Object got, Object expected) {
        return new Problem(Code.NOT_FOUND, pointer, explanation, got, expected);
    }

    /** A JSON pointer (RFC 6901) made of names and positions: {@code pointer("a/b", 3)} is {@code /a~1b/3}. */
    public static String pointer(Object... steps) {
        StringBuilder pointer = new StringBuilder();
        for (Object step : steps) {
            String escaped = step.toString().replace("~", "~0").replace("/", "~1");
            pointer.append('/').append(escaped);
        }
        return pointer.toString();
    }

    /** The same problem seen from further out: {@code prefix} is put in front of the pointer. */
    public Problem within(String prefix) {
        Problem outer = new Problem(code, prefix + pointer, explanation, got, expected);
        outer.initCause(this);
        return outer;
    }

    /**
     * The same problem of a multipart request: what came as a file is the part that the pointer's first step names, and
     * everything else is in the part {@code request}.
     */
    public Problem inParts(Set<String> files) {
        if (!pointer.startsWith("/")) {
            return this;
        }
        int end = pointer.indexOf('/', 1);
        String first = pointer.substring(1, end < 0 ? pointer.length() : end);
        String place = files.contains(first) ? pointer.substring(1) : "request" + pointer;
        Problem outer = new Problem(code, place, explanation, got, expected);
        outer.initCause(this);
        return outer;
    }

    public Code code() {
        return code;
    }

    public String pointer() {
        return pointer;
    }

    /** One plain sentence, without the pointer. */
    public String explanation() {
        return explanation;
    }

    public @Nullable String got() {
        return got;
    }

    public @Nullable String expected() {
        return expected;
    }

    private static @Nullable String quote(@Nullable Object got) {
        if (got == null) {
            return null;
        }
        String text = got.toString();
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    }

    private static String message(String pointer, String explanation, @Nullable Object got, @Nullable Object expected) {
        StringBuilder text = new StringBuilder();
        if (!pointer.isEmpty()) {
            text.append(pointer).append(": ");
        }
        text.append(explanation);
        if (got != null) {
            text.append("; got ").append(got);
        }
        if (expected != null) {
            text.append("; expected ").append(expected);
        }
        return text.toString();
    }
}
