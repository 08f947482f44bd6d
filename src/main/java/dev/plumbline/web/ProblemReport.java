package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * The body of every refusal: problem details (RFC 9457) with three members of our own.
 *
 * @param type where this kind of refusal is explained
 * @param title of this kind
 * @param status of the response
 * @param detail what is wrong this time, in one sentence
 * @param pointer a JSON pointer into the request, or the name of a part and a pointer into it; {@code ""} is all of it;
 *     null where the body is not to blame
 * @param got what the request had there; null where there is nothing to quote
 * @param expected what would have been right
 * @param id where to look in the server's log; only for faults of ours
 */
@Schema(name = "Problem")
record ProblemReport(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String pointer,
        @Nullable String got,
        @Nullable String expected,
        @Nullable String id) {

    /** What is expected where there is nothing. */
    static final String AN_ADDRESS = "one of the addresses that /openapi describes";

    static ProblemReport of(Problem problem) {
        ProblemType type = ProblemType.of(problem.code());
        return new ProblemReport(
                type.uri(),
                type.title(),
                type.status().value(),
                problem.explanation(),
                problem.pointer(),
                problem.got(),
                problem.expected(),
                null);
    }

    /** A refusal that lies outside of the body: method, address, headers. */
    static ProblemReport of(ProblemType type, String detail, @Nullable String got, @Nullable String expected) {
        return new ProblemReport(type.uri(), type.title(), type.status().value(), detail, null, got, expected, null);
    }

    static ProblemReport internal(String id) {
        ProblemType type = ProblemType.INTERNAL;
        String detail = "The request met a fault of the service; its log knows it as " + id;
        return new ProblemReport(type.uri(), type.title(), type.status().value(), detail, null, null, null, id);
    }

    /** The same refusal under another status, where HTTP has a finer one than the kind. */
    ProblemReport withStatus(int other) {
        return new ProblemReport(type, title, other, detail, pointer, got, expected, id);
    }

    ResponseEntity<ProblemReport> response() {
        return response(HttpHeaders.EMPTY);
    }

    /** Always as a problem, whatever the request would accept: a refusal in no format at all helps nobody. */
    ResponseEntity<ProblemReport> response(HttpHeaders headers) {
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(this);
    }
}
