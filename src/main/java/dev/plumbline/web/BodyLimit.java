package dev.plumbline.web;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;

/**
 * How large a body may be, and the name of the setting that says so. Multipart bodies carry whole models in files, and have a
 * limit of their own; one that does not say how long it is has it only where files are large as a rule.
 */
record BodyLimit(long bytes, String setting) {

    private static final Pattern LARGE =
            Pattern.compile("/v1/(optimizer-(steps|checks|sessions)(/.*)?|models|comparisons)");

    static BodyLimit of(Limits limits, HttpServletRequest request, boolean multipart) {
        return multipart && (request.getContentLengthLong() >= 0 || isLarge(request))
                ? new BodyLimit(Math.max(limits.bulkBytes(), limits.bodyBytes()), "plumbline.limits.bulk-bytes")
                : new BodyLimit(limits.bodyBytes(), "plumbline.limits.body-bytes");
    }

    /** By the path as the container has decoded and normalised it. */
    private static boolean isLarge(HttpServletRequest request) {
        return LARGE.matcher(request.getServletPath()).matches();
    }

    /** Whether this body, of which little is known yet, may be one of those that take turns. */
    boolean mayExceed(Limits limits, HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return bytes > limits.bodyBytes() && (length < 0 || length > limits.bodyBytes());
    }

    Problem exceeded(String asked) {
        return Problem.limit("", "the body is too large", asked, "at most " + bytes + " bytes (" + setting + ")");
    }
}
