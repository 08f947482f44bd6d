package dev.plumbline.web;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.apache.tomcat.util.http.fileupload.impl.FileCountLimitExceededException;
import org.apache.tomcat.util.http.fileupload.impl.SizeException;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Takes in the whole body before anything else happens, and refuses one that is larger than {@code bodyBytes}, whether
 * or not it said so beforehand.
 *
 * <p>Behind it no request waits for its caller any more, so {@link ComputeGate} hands out its places to requests that
 * will use them, and a slow upload holds up nobody.
 */
final class BodyFilter extends OncePerRequestFilter {

    private final Limits limits;
    private final ProblemWriter writer;

    BodyFilter(Limits limits, ProblemWriter writer) {
        this.limits = limits;
        this.writer = writer;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() > limits.bodyBytes()) {
            String asked = request.getContentLengthLong() + " bytes";
            refuse(LimitedStream.exceeded(asked, limits.bodyBytes()), response);
        } else if (isMultipart(request)) {
            throughParts(request, response, chain);
        } else if (hasBody(request)) {
            throughBody(request, response, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void throughBody(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        File directory = (File) request.getServletContext().getAttribute(ServletContext.TEMPDIR);
        InputStream limited = new LimitedStream(request.getInputStream(), limits.bodyBytes());
        SpooledBody body;
        try {
            body = SpooledBody.read(limited, directory.toPath());
        } catch (Problem problem) {
            refuse(problem, response);
            return;
        }
        try (body;
                InputStream bytes = body.open()) {
            chain.doFilter(new SpooledRequest(request, bytes), response);
        }
    }

    /** The container reads the parts into files by itself, and deletes them with the request. */
    private void throughParts(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            if (request.getParts().isEmpty()) {
                refuse(brokenParts(), response);
                return;
            }
        } catch (IOException | ServletException | IllegalStateException failure) {
            if (!DisconnectedClientHelper.isClientDisconnectedException(failure)) {
                refuse(partsProblem(failure), response);
            }
            return;
        }
        chain.doFilter(request, response);
    }

    private Problem partsProblem(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SizeException) {
                return LimitedStream.exceeded("more than " + limits.bodyBytes() + " bytes", limits.bodyBytes());
            } else if (cause instanceof FileCountLimitExceededException count) {
                return Problem.limit(
                        "", "too many parts", "more than " + count.getLimit(), "at most " + count.getLimit());
            }
        }
        return brokenParts();
    }

    private static Problem brokenParts() {
        return Problem.malformed(
                "", "the multipart body is broken", "no complete parts", "multipart/form-data by RFC 7578");
    }

    /** The rest of the body is read and dropped up to a bound (see {@link ServerConfiguration}), so the answer arrives. */
    private void refuse(Problem problem, HttpServletResponse response) throws IOException {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.CONNECTION, "close");
        writer.write(ProblemReport.of(problem), headers, response);
    }

    private static boolean isMultipart(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data");
    }

    private static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    }
}
