package dev.plumbline.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Writes a refusal where no controller is involved yet: in filters and error pages. */
@Component
final class ProblemWriter {

    private final JsonMapper mapper;

    ProblemWriter(JsonMapper mapper) {
        this.mapper = mapper;
    }

    void write(ProblemReport report, HttpServletResponse response) throws IOException {
        write(report, HttpHeaders.EMPTY, response);
    }

    void write(ProblemReport report, HttpHeaders headers, HttpServletResponse response) throws IOException {
        byte[] body = mapper.writeValueAsBytes(report);
        response.setStatus(report.status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setContentLength(body.length);
        headers.forEach((name, values) -> response.setHeader(name, String.join(", ", values)));
        response.getOutputStream().write(body);
    }
}
