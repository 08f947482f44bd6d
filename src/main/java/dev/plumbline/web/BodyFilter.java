package dev.plumbline.web;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.apache.tomcat.util.http.InvalidParameterException;
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
    private final Semaphore bulkPlaces;

    BodyFilter(Limits limits, ProblemWriter writer) {
        this.limits = limits;
        this.writer = writer;
        this.bulkPlaces = new Semaphore(limits.bulkRequests());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean multipart = isMultipart(request);
        BodyLimit limit = BodyLimit.of(limits, multipart && BodyLimit.isBulk(request));
        String coding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            refuseCoding(coding, response);
        } else if (request.getContentLengthLong() > limit.bytes()) {
            refuse(limit.exceeded(request.getContentLengthLong() + " bytes"), response);
        } else if (multipart && mayBeLarge(request)) {
            throughBulkParts(request, response, chain);
        } else if (multipart) {
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
        InputStream limited = new LimitedStream(request.getInputStream(), BodyLimit.of(limits, false));
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

    /** Bodies beyond {@code bodyBytes}, and those that do not say how long they are, take turns. */
    private void throughBulkParts(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!bulkPlaces.tryAcquire()) {
            String detail = "%d bulk requests are being answered (plumbline.limits.bulk-requests)"
                    .formatted(limits.bulkRequests());
            HttpHeaders headers = Busy.retryAfter(5);
            headers.set(HttpHeaders.CONNECTION, "close");
            writer.write(Busy.report(detail), headers, response);
            return;
        }
        try {
            throughParts(request, response, chain);
        } finally {
            bulkPlaces.release();
        }
    }

    private boolean mayBeLarge(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return BodyLimit.isBulk(request) && (length < 0 || length > limits.bodyBytes());
    }

    /**
     * The container reads the parts into files by itself, and deletes them with the request. It knows only the limit of
     * bulk bodies; a body that is none and did not say its length is measured when it is here.
     */
    private void throughParts(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        BodyLimit limit = BodyLimit.of(limits, BodyLimit.isBulk(request));
        try {
            Collection<Part> parts = request.getParts();
            if (parts.isEmpty()) {
                refuse(brokenParts(), response);
                return;
            }
            if (parts.stream().mapToLong(Part::getSize).sum() > limit.bytes()) {
                refuse(limit.exceeded("more than " + limit.bytes() + " bytes"), response);
                return;
            }
        } catch (IOException | ServletException | IllegalStateException failure) {
            if (!DisconnectedClientHelper.isClientDisconnectedException(failure)) {
                refuse(partsProblem(failure, limit), response);
            }
            return;
        }
        chain.doFilter(request, response);
    }

    private Problem partsProblem(Exception failure, BodyLimit limit) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SizeException) {
                return limit.exceeded("more than " + limit.bytes() + " bytes");
            } else if (cause instanceof FileCountLimitExceededException count) {
                return Problem.limit(
                        "", "too many parts", "more than " + count.getLimit(), "at most " + count.getLimit());
            }
        }
        // Parts without a file name are kept in memory, so they have the limit of other bodies; the container says no
        // more.
        boolean fieldTooLarge =
                failure instanceof IllegalStateException && !(failure instanceof InvalidParameterException);
        return fieldTooLarge
                ? BodyLimit.of(limits, false).exceeded("more than " + limits.bodyBytes() + " bytes")
                : brokenParts();
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

    /** A body that grows when it is unpacked is none that {@code bodyBytes} could measure. */
    private void refuseCoding(String coding, HttpServletResponse response) throws IOException {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.CONNECTION, "close");
        headers.set(HttpHeaders.ACCEPT_ENCODING, "identity");
        String detail = "Compressed bodies are not read here: the Content-Encoding must be identity, or absent";
        writer.write(
                ProblemReport.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, detail, coding, "identity"), headers, response);
    }

    private static boolean isMultipart(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data");
    }

    private static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    }
}
