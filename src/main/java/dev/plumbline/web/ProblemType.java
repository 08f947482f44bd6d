package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/** Every kind of refusal: its address, title, status and what a caller can do about it. */
enum ProblemType {
    MALFORMED(HttpStatus.BAD_REQUEST, "The request cannot be read", """
            The bytes are not what they claim to be: broken JSON, a truncated file, a multipart body without its \
            boundary. The pointer says where reading stopped."""),
    INVALID(HttpStatus.UNPROCESSABLE_CONTENT, "The request contradicts itself", """
            It can be read, but a value is missing, of the wrong type or shape, unknown, or does not fit the others."""),
    UNSUPPORTED(HttpStatus.UNPROCESSABLE_CONTENT, "The request asks for something Plumbline cannot do", """
            It makes sense, but not here: an operator that is not implemented, a file format that is not read."""),
    LIMIT(HttpStatus.CONTENT_TOO_LARGE, "The request is too large", """
            It is larger or deeper than the configured limit. Got and expected hold both numbers; whoever runs the \
            service can raise the limit."""),
    COST(HttpStatus.UNPROCESSABLE_CONTENT, "The answer would cost too much", """
            It is small enough to read, but its answer needs more arithmetic, memory or time than the configured limit. \
            A smaller batch or another coverage helps."""),
    NOT_FOUND(HttpStatus.NOT_FOUND, "Nothing is here", """
            The address, or something the request refers to, does not exist, does not exist any more, or belongs to \
            another key."""),
    CONFLICT(HttpStatus.CONFLICT, "The request contradicts what is kept here", """
            Look at the kept state again before repeating the request."""),
    STALE(HttpStatus.PRECONDITION_FAILED, "The stated precondition does not hold any more", """
            Somebody, perhaps an earlier try of the same request, has changed the resource since its ETag was read."""),
    PRECONDITION_MISSING(HttpStatus.PRECONDITION_REQUIRED, "A precondition is missing", """
            Send the ETag that was read last as If-Match, so that a repeated request cannot be applied twice."""),
    UNAUTHORIZED(HttpStatus.UNAUTHORIZED, "An API key is needed", """
            Send a key as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'."""),
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "The address does not know this method", """
            The Allow header lists those it knows."""),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "The answer does not exist in this format", """
            Expected lists the formats there are; choose one of them by the Accept header."""),
    UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body's format is not read here", """
            Expected lists the formats that are read; name the right one in the Content-Type header."""),
    TOO_SLOW(HttpStatus.REQUEST_TIMEOUT, "The body came too slowly", """
            It had not come in full by its time, or came slower than the configured rate. Expected holds both."""),
    FORBIDDEN(HttpStatus.FORBIDDEN, "The request came from another site's page", """
            A service without API keys answers pages of its own only. Configure keys, or allow the origin."""),
    MISDIRECTED(HttpStatus.MISDIRECTED_REQUEST, "The request is meant for another host", """
            A service without API keys answers under the names of this machine only. Configure keys, or allow the name."""),
    TOO_MANY(HttpStatus.TOO_MANY_REQUESTS, "Too many requests in a minute", """
            The key has used up its share. Repeat the request after the seconds of the Retry-After header."""),
    STORAGE(HttpStatus.INSUFFICIENT_STORAGE, "The service has no room left on its disk", """
            Nothing is wrong with the request, and what was acknowledged is kept. Repeat it when there is room again."""),
    BUSY(HttpStatus.SERVICE_UNAVAILABLE, "Too many requests at once", """
            Nothing is wrong with the request. Repeat it after the seconds of the Retry-After header."""),
    INTERNAL(HttpStatus.INTERNAL_SERVER_ERROR, "Plumbline made a mistake", """
            The fault is ours. The id leads to the server's log; please report both.""");

    private final HttpStatus status;
    private final String title;
    private final String meaning;

    ProblemType(HttpStatus status, String title, String meaning) {
        this.status = status;
        this.title = title;
        this.meaning = meaning;
    }

    static ProblemType of(Problem.Code code) {
        return valueOf(code.name());
    }

    /** The kind for a refusal that knows only its status: the servlet container's, for example. */
    static ProblemType ofStatus(int status) {
        return Arrays.stream(values())
                .filter(type -> type.status.value() == status)
                .findFirst()
                .orElse(status >= 500 ? INTERNAL : MALFORMED);
    }

    static Optional<ProblemType> ofSlug(String slug) {
        return Arrays.stream(values()).filter(type -> type.slug().equals(slug)).findFirst();
    }

    HttpStatus status() {
        return status;
    }

    String title() {
        return title;
    }

    String meaning() {
        return meaning;
    }

    String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A stable reference; the page behind it explains the kind. */
    String uri() {
        return "/problems/" + slug();
    }
}
