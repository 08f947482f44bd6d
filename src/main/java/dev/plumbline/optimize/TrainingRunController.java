package dev.plumbline.optimize;

import dev.plumbline.problem.Problem;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

@RestController
@RequestMapping("/v1/training-runs")
@Tag(name = "Optimizers", description = "Is my optimizer step right, and can you take it for me?")
class TrainingRunController {

    private final TrainingRunService service;
    private final JsonMapper json;

    TrainingRunController(TrainingRunService service, JsonMapper json) {
        this.service = service;
        this.json = json;
    }

    /**
     * Events are written by the request's own thread, so that a streamed run holds its turn among the requests that compute
     * and a caller who hangs up stops it.
     */
    @PostMapping(
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.TEXT_EVENT_STREAM_VALUE})
    @Operation(
            operationId = "train",
            summary = "Train a model",
            description = "Takes steps until a stopping rule or the last iteration, and returns the loss curve and the"
                    + " parameters. A loss that is not finite stops the run at once and is a result. With `Accept:"
                    + " text/event-stream` progress comes as events named `progress`, and the same report as the last"
                    + " event, named `report`; or `problem`, where one of a later batch is met.")
    @Nullable
    TrainingRunReport train(
            @RequestBody TrainingRunRequest request, HttpServletRequest http, HttpServletResponse response)
            throws IOException {
        if (!wantsEvents(http)) {
            return service.train(request, progress -> {});
        }
        try {
            send(response, "report", service.train(request, progress -> send(response, "progress", progress)));
        } catch (Problem problem) {
            if (!response.isCommitted()) {
                throw problem;
            }
            send(
                    response,
                    "problem",
                    Map.of("pointer", problem.pointer(), "detail", String.valueOf(problem.getMessage())));
        }
        return null;
    }

    private static boolean wantsEvents(HttpServletRequest http) {
        List<MediaType> accepted = MediaType.parseMediaTypes(http.getHeader(HttpHeaders.ACCEPT));
        return accepted.stream().anyMatch(MediaType.TEXT_EVENT_STREAM::equalsTypeAndSubtype);
    }

    private void send(HttpServletResponse response, String event, Object data) {
        try {
            if (!response.isCommitted()) {
                response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
                response.setCharacterEncoding(StandardCharsets.UTF_8.name());
                response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            }
            Writer writer = response.getWriter();
            writer.write("event: " + event + "\ndata: " + json.writeValueAsString(data) + "\n\n");
            response.flushBuffer();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
