package dev.plumbline.web;

import dev.plumbline.limits.Limits;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/** Refusals of bytes that are not even HTTP, which the container answers before the service exists for them. */
public final class ProblemValve extends ErrorReportValve {

    private static final JsonMapper MAPPER = WireJson.mapper(Limits.defaults());

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        ProblemReport report = ContainerRefusals.report(
                status,
                new ContainerRefusals.FirstLine(request.getMethod(), request.getRequestURI(), request.getProtocol()));
        try {
            response.setStatus(report.status());
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.getOutputStream().write(MAPPER.writeValueAsBytes(report));
            response.finishResponse();
        } catch (IOException | IllegalStateException gone) {
            // The caller has hung up, or somebody has answered already; nobody is left to tell.
            container.getLogger().debug("refusal not written", gone);
        }
    }
}
