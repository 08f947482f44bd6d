package dev.plumbline.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Refusals that arise outside of the controllers, in the container or in a filter: problem details, too. */
@RestController
final class ErrorPages implements ErrorController {

    private static final Logger log = LoggerFactory.getLogger(ErrorPages.class);

    @RequestMapping("/error")
    ResponseEntity<ProblemReport> error(HttpServletRequest request) {
        if (!(request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status)) {
            return ProblemReport.of(
                            ProblemType.NOT_FOUND,
                            "There is nothing at this address",
                            "/error",
                            ProblemReport.AN_ADDRESS)
                    .response();
        }
        Object address = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        Object failure = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        if (MvcRefusals.isUnreadableAddress(failure)) {
            return MvcRefusals.unreadableAddress(request.getQueryString()).response();
        } else if (status < 500 || status == 501 || status == 505) {
            return ContainerRefusals.report(
                            status,
                            new ContainerRefusals.FirstLine(
                                    method(request),
                                    address == null ? null : address.toString(),
                                    request.getProtocol()))
                    .response();
        }
        String id = UUID.randomUUID().toString();
        log.error("Fault {} in {}", id, address, failure instanceof Throwable thrown ? thrown : null);
        return ProblemReport.internal(id).response();
    }

    /** An error is forwarded here as GET. */
    private static String method(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_METHOD) instanceof String method
                ? method
                : request.getMethod();
    }
}
