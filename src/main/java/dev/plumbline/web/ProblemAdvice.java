package dev.plumbline.web;

import dev.plumbline.limits.ComeBackLater;
import dev.plumbline.limits.Presence;
import dev.plumbline.problem.Problem;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;
import tools.jackson.core.JacksonException;

/**
 * Every refusal of a controller leaves the service through here, as problem details (RFC 9457): a caller's {@link
 * Problem}, JSON that cannot be read, what Spring MVC itself refuses, and faults of ours, of which the caller learns an
 * id and no more.
 */
@RestControllerAdvice
final class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    private final DatabaseHealth database;

    ProblemAdvice(DatabaseHealth database) {
        this.database = database;
    }

    @ExceptionHandler
    ResponseEntity<ProblemReport> refuse(Problem problem) {
        return ProblemReport.of(problem).response();
    }

    @ExceptionHandler
    ResponseEntity<ProblemReport> refuse(ComeBackLater later) {
        return Busy.report(String.valueOf(later.getMessage())).response(Busy.retryAfter(later.seconds()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemReport> refuse(JacksonException failure, WebRequest request) {
        return JsonProblems.of(failure).map(this::refuse).orElseGet(() -> fault(failure, request));
    }

    /** Errors too, which arrive wrapped: a request that needs too much must not take the others with it. */
    @ExceptionHandler
    @Nullable
    ResponseEntity<ProblemReport> refuse(Throwable failure, WebRequest request) {
        if (DisconnectedClientHelper.isClientDisconnectedException(failure)) {
            return null;
        }
        if (Storage.isDown(failure)) {
            database.fail(failure);
            Arrival.Refusal refusal = Storage.refusal(failure);
            return refusal.report().response(refusal.headers());
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return refuse(problem);
            } else if (MvcRefusals.isUnreadableAddress(cause)) {
                String query = request instanceof ServletWebRequest servlet
                        ? servlet.getRequest().getQueryString()
                        : null;
                return MvcRefusals.unreadableAddress(query).response();
            } else if (cause instanceof Presence.CallerGone) {
                return null;
            } else if (cause instanceof OutOfMemoryError) {
                fault(failure, request);
                return Busy.report("The service ran out of memory").response(Busy.retryAfter(5));
            }
        }
        return Storage.isFull(failure) ? fullDisk(failure) : fault(failure, request);
    }

    /** A temporary one, of which the database knows nothing. */
    private static ResponseEntity<ProblemReport> fullDisk(Throwable failure) {
        log.error("A temporary file could not be written", failure);
        return Storage.full().response(Busy.retryAfter(30));
    }

    /** What Spring MVC refuses by itself; its headers, such as Allow, are kept. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception failure, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (DisconnectedClientHelper.isClientDisconnectedException(failure)) {
            return null;
        }
        ResponseEntity<ProblemReport> response = MvcRefusals.of(failure, request)
                .map(report -> report.response(headers))
                .orElseGet(() -> unexplained(failure, status, request));
        return ResponseEntity.status(response.getStatusCode())
                .headers(response.getHeaders())
                .body(response.getBody());
    }

    private static ResponseEntity<ProblemReport> unexplained(
            Exception failure, HttpStatusCode status, WebRequest request) {
        if (status.is5xxServerError()) {
            return fault(failure, request);
        }
        ProblemType type = ProblemType.ofStatus(status.value());
        return ProblemReport.of(type, type.title(), null, null)
                .withStatus(status.value())
                .response();
    }

    private static ResponseEntity<ProblemReport> fault(Throwable failure, WebRequest request) {
        String id = UUID.randomUUID().toString();
        log.error("Fault {} in {}", id, request.getDescription(false), failure);
        return ProblemReport.internal(id).response();
    }
}
