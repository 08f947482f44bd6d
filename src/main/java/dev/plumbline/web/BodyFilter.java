package dev.plumbline.web;

import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Has the whole body taken in before anything else happens, by an {@link Arrival}, and refuses one that is larger than
 * {@code bodyBytes}, whether or not it said so beforehand, or that comes too slowly.
 *
 * <p>A request with a body comes here twice: to begin, and when the body is here. Behind this filter no request waits for
 * its caller any more, so {@link ComputeGate} hands out its places to requests that will use them, and slow uploads, however
 * many, hold up nobody: they hold no thread.
 */
final class BodyFilter extends OncePerRequestFilter {

    private static final int LONGEST_BOUNDARY = 200;

    private final Limits limits;
    private final Arrivals arrivals;
    private final RefusalWriter refusals;
    private final BodyShares shares;

    BodyFilter(Limits limits, BodyShares shares, Arrivals arrivals, RefusalWriter refusals) {
        this.limits = limits;
        this.arrivals = arrivals;
        this.refusals = refusals;
        this.shares = shares;
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Arrival arrival = Arrivals.of(request);
        if (arrival == null && (hasBody(request) || isMultipart(request)) && !isAsyncDispatch(request)) {
            begin(request, response);
        } else if (arrival == null) {
            chain.doFilter(request, response);
        } else {
            goOn(arrival, request, response, chain);
        }
    }

    private void goOn(Arrival arrival, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Arrival.Refusal refusal = arrival.refusal();
        Intake intake = arrival.intake();
        if (refusal != null || intake == null) {
            if (refusal != null) {
                refusals.close(refusal, response);
            }
            return;
        }
        try (SpooledRequest spooled = new SpooledRequest(request, intake)) {
            chain.doFilter(spooled, response);
        }
    }

    private void begin(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean multipart = isMultipart(request);
        BodyLimit limit = BodyLimit.of(limits, request, multipart);
        String coding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        String boundary = multipart ? boundary(request) : null;
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            refuseCoding(coding, request, response);
        } else if (request.getContentLengthLong() > limit.bytes()) {
            refusals.refuse(limit.exceeded(request.getContentLengthLong() + " bytes"), request, response);
        } else if (multipart && boundary == null) {
            refusals.refuse(noBoundary(request), request, response);
        } else if (limit.mayExceed(limits, request)) {
            // Bodies beyond bodyBytes, and those that do not say how long they are, take turns.
            BodyShares.Entry entry = shares.enter(owner(request));
            if (entry.ending() != null) {
                begin(request, boundary, limit, entry.ending());
            } else {
                refuseBulk(entry.full(), request, response);
            }
        } else {
            begin(request, boundary, limit, () -> {});
        }
    }

    private void begin(HttpServletRequest request, @Nullable String boundary, BodyLimit limit, Runnable ending)
            throws IOException {
        SpoolRoom room = shares.room(arrivals.room(), owner(request));
        Intake intake = boundary == null ? new WholeIntake(room) : new PartsIntake(room, boundary, limits.bodyBytes());
        try {
            LeaveToSend.give(request);
            arrivals.begin(request, intake, null, limit, ending);
        } catch (IOException | RuntimeException failure) {
            ending.run();
            throw failure;
        }
    }

    private static String owner(HttpServletRequest request) {
        Object owner = request.getAttribute(ApiKeyFilter.OWNER);
        return owner == null ? ApiKeyFilter.ANYBODY : owner.toString();
    }

    private void refuseBulk(@Nullable String property, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String detail = "As many bulk requests as may be are being answered (%s)".formatted(property);
        refusals.refuse(Busy.report(detail), Busy.retryAfter(5), request, response);
    }

    private static Problem noBoundary(HttpServletRequest request) {
        return Problem.malformed(
                "",
                "the multipart body has no boundary",
                String.valueOf(request.getContentType()),
                "Content-Type: multipart/form-data; boundary=..., of at most " + LONGEST_BOUNDARY + " characters");
    }

    /** A body that grows when it is unpacked is none that {@code bodyBytes} could measure. */
    private void refuseCoding(String coding, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.ACCEPT_ENCODING, "identity");
        String detail = "Compressed bodies are not read here: the Content-Encoding must be identity, or absent";
        refusals.refuse(
                ProblemReport.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, detail, coding, "identity"),
                headers,
                request,
                response);
    }

    private static boolean isMultipart(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data");
    }

    private static @Nullable String boundary(HttpServletRequest request) {
        try {
            String boundary = MediaType.parseMediaType(request.getContentType()).getParameter("boundary");
            String bare = boundary == null ? "" : boundary.replaceAll("^\"|\"$", "");
            return bare.isEmpty() || bare.length() > LONGEST_BOUNDARY ? null : bare;
        } catch (InvalidMediaTypeException unreadable) {
            return null;
        }
    }

    static boolean hasBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    }
}
