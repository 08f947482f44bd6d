package dev.plumbline.web;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;

/**
 * How large a body may be, and the name of the setting that says so. Multipart bodies of optimizer steps and sessions, and of models to be kept, carry
 * whole models, and have a limit of their own.
 */
record BodyLimit(long bytes, String setting) {

    private static final String BULK = "/v1/optimizer-";
    private static final String MODELS = "/v1/models";

    static BodyLimit of(Limits limits, boolean bulk) {
        return bulk
                ? new BodyLimit(Math.max(limits.bulkBytes(), limits.bodyBytes()), "plumbline.limits.bulk-bytes")
                : new BodyLimit(limits.bodyBytes(), "plumbline.limits.body-bytes");
    }

    static boolean isBulk(HttpServletRequest request) {
        return request.getRequestURI().startsWith(BULK)
                || request.getRequestURI().equals(MODELS);
    }

    Problem exceeded(String asked) {
        return Problem.limit("", "the body is too large", asked, "at most " + bytes + " bytes (" + setting + ")");
    }
}
