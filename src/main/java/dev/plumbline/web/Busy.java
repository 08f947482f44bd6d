package dev.plumbline.web;

import org.springframework.http.HttpHeaders;

/** The answer to a request that is fine but comes at the wrong time: 503, and when to come back. */
final class Busy {

    private Busy() {}

    static ProblemReport report(String detail) {
        return ProblemReport.of(ProblemType.BUSY, detail, null, null);
    }

    static HttpHeaders retryAfter(long seconds) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, seconds)));
        return headers;
    }
}
