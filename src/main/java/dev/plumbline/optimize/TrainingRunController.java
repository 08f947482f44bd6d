package dev.plumbline.optimize;

import dev.plumbline.report.EventStream;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
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
            @RequestBody TrainingRunRequest request, HttpServletRequest http, HttpServletResponse response) {
        if (!EventStream.isWanted(http)) {
            return service.train(request, progress -> {});
        }
        new EventStream(response, json)
                .<TrainingRunProgress, TrainingRunReport>answer(progress -> service.train(request, progress));
        return null;
    }
}
