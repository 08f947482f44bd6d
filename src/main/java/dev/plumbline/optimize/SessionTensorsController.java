package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.optimize.SessionService.Handle;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What a session holds: JSON, or safetensors by {@code Accept}. */
@RestController
@RequestMapping(SessionController.PATH + "/{id}")
@Tag(name = "Optimizer sessions")
class SessionTensorsController {

    private final SessionService service;
    private final SafetensorsAnswer answer;

    SessionTensorsController(SessionService service, SafetensorsAnswer answer) {
        this.service = service;
        this.answer = answer;
    }

    @GetMapping(path = "/parameters", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "findSessionParameters", summary = "The parameters of a session")
    ResponseEntity<Map<String, Tensor>> parameters(
            @Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        OptimizerSession session = service.find(new Handle(owner, id));
        return ResponseEntity.ok().eTag(session.etag()).body(session.parameters());
    }

    @GetMapping(path = "/parameters", produces = SafetensorsAnswer.MEDIA_TYPE)
    @Operation(
            operationId = "findSessionParametersAsFile",
            summary = "The parameters of a session",
            description = "As safetensors, under their own names.")
    @ApiResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = SafetensorsAnswer.MEDIA_TYPE,
                            schema = @Schema(type = "string", format = "binary")))
    void parametersAsFile(
            @Parameter(hidden = true) @RequestAttribute String owner,
            @PathVariable String id,
            HttpServletResponse response)
            throws IOException {
        OptimizerSession session = service.find(new Handle(owner, id));
        write(session, session.parameters(), response);
    }

    @GetMapping(path = "/state", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "findSessionState", summary = "The state of a session")
    ResponseEntity<OptimizerState> state(
            @Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        OptimizerSession session = service.find(new Handle(owner, id));
        return ResponseEntity.ok().eTag(session.etag()).body(session.state());
    }

    @GetMapping(path = "/state", produces = SafetensorsAnswer.MEDIA_TYPE)
    @Operation(
            operationId = "findSessionStateAsFile",
            summary = "The state of a session",
            description =
                    "As safetensors, with the parameters: `p/<name>` and `s/<slot>/<name>`, all that is needed to go"
                            + " on elsewhere.")
    @ApiResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = SafetensorsAnswer.MEDIA_TYPE,
                            schema = @Schema(type = "string", format = "binary")))
    void stateAsFile(
            @Parameter(hidden = true) @RequestAttribute String owner,
            @PathVariable String id,
            HttpServletResponse response)
            throws IOException {
        OptimizerSession session = service.find(new Handle(owner, id));
        write(session, StepFile.tensors(session.parameters(), session.state().slots()), response);
    }

    private void write(
            OptimizerSession session, Map<String, ? extends TensorSource> tensors, HttpServletResponse response)
            throws IOException {
        response.setHeader(HttpHeaders.ETAG, session.etag());
        answer.write(response, tensors, answer.metadata(session.state().step(), SessionReport.of(session)));
    }
}
