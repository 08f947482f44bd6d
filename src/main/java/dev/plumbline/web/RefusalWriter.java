package dev.plumbline.web;

import dev.plumbline.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;

/**
 * Refuses requests at the door, before their bodies were taken in. A caller who waits for leave to send ({@code Expect:
 * 100-continue}), or has nothing to send, is told at once; one who is sending already is heard out first, up to a bound and
 * without holding a thread. Either way the connection ends.
 */
final class RefusalWriter {

    private final ProblemWriter writer;
    private final Arrivals arrivals;

    RefusalWriter(ProblemWriter writer, Arrivals arrivals) {
        this.writer = writer;
        this.arrivals = arrivals;
    }

    void refuse(Problem problem, HttpServletRequest request, HttpServletResponse response) throws IOException {
        refuse(ProblemReport.of(problem), new HttpHeaders(), request, response);
    }

    void refuse(ProblemReport report, HttpHeaders headers, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Arrival.Refusal refusal = new Arrival.Refusal(report, headers);
        if (Arrivals.of(request) != null || !BodyFilter.hasBody(request)) {
            writer.write(report, headers, response);
        } else if (request.getHeader(HttpHeaders.EXPECT) != null
                || request.getContentLengthLong() > arrivals.mostDropped()) {
            close(refusal, response);
        } else {
            arrivals.begin(request, null, refusal, new BodyLimit(arrivals.mostDropped(), ""), () -> {});
        }
    }

    void close(Arrival.Refusal refusal, HttpServletResponse response) throws IOException {
        HttpHeaders headers = new HttpHeaders();
        headers.putAll(refusal.headers());
        headers.set(HttpHeaders.CONNECTION, "close");
        writer.write(refusal.report(), headers, response);
    }
}
