package dev.plumbline.web;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;

/**
 * How large a body may be, and the name of the setting that says so. Multipart bodies of optimizer steps and sessions, of models to be kept and
 * of dumps to be compared carry whole models, and have a limit of their own.
 */
record BodyLimit(long bytes, String setting) {

    private static final Pattern BULK =
            Pattern.compile("/v1/(optimizer-(steps|checks|sessions)(/.*)?|models|comparisons)");

    static BodyLimit of(Limits limits, boolean bulk) {
        return bulk
                ? new BodyLimit(Math.max(limits.bulkBytes(), limits.bodyBytes()), "plumbline.limits.bulk-bytes")
                : new BodyLimit(limits.bodyBytes(), "plumbline.limits.body-bytes");
    }

    /** By the path as the container has decoded and normalised it. */
    static boolean isBulk(HttpServletRequest request) {
        return BULK.matcher(request.getServletPath()).matches();
    }

    Problem exceeded(String asked) {
        return Problem.limit("", "the body is too large", asked, "at most " + bytes + " bytes (" + setting + ")");
    }
}
