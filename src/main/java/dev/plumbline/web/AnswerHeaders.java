package dev.plumbline.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Gives every answer the headers that keep a browser from doing more with it than to show it, and a refusal without a body
 * the body of all others.
 */
final class AnswerHeaders extends OncePerRequestFilter {

    /** Swagger UI and the pages of problems style themselves; no page has a script in its text. */
    private static final String POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
            + " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private final ProblemWriter writer;

    AnswerHeaders(ProblemWriter writer) {
        this.writer = writer;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader("Content-Security-Policy", POLICY);
        chain.doFilter(request, response);
        int status = response.getStatus();
        if (status >= 400
                && !request.isAsyncStarted()
                && !response.isCommitted()
                && response.getContentType() == null) {
            ContainerRefusals.FirstLine line = new ContainerRefusals.FirstLine(
                    request.getMethod(), request.getRequestURI(), request.getProtocol());
            writer.write(ContainerRefusals.report(status, line), response);
        }
    }
}
