package dev.plumbline.optimize.session;

import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.optimize.AnsweredAsFile;
import dev.plumbline.optimize.FileAnswer;
import dev.plumbline.optimize.session.SessionService.Handle;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;

/** What a session holds: JSON, or a file by {@code Accept}. */
@RestController
@RequestMapping(SessionController.PATH + "/{id}")
@Tag(name = "Optimizer sessions")
class SessionTensorsController {

    private final SessionService service;
    private final FileAnswer answer;

    SessionTensorsController(SessionService service, FileAnswer answer) {
        this.service = service;
        this.answer = answer;
    }

    @GetMapping(path = "/parameters", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "findSessionParameters", summary = "The parameters of a session")
    ResponseEntity<Map<String, Tensor>> parameters(@RequestAttribute String owner, @PathVariable String id) {
        OptimizerSession session = service.find(new Handle(owner, id));
        return ResponseEntity.ok().eTag(session.etag()).body(session.parameters());
    }

    @GetMapping(
            path = "/parameters",
            produces = {FileAnswer.SAFETENSORS, FileAnswer.NPZ})
    @Operation(
            operationId = "findSessionParametersAsFile",
            summary = "The parameters of a session",
            description = "As safetensors or npz, under their own names.")
    @AnsweredAsFile
    void parametersAsFile(@RequestAttribute String owner, @PathVariable String id, ServletWebRequest exchange)
            throws IOException {
        OptimizerSession session = service.find(new Handle(owner, id));
        etag(session, exchange);
        answer.writeTensors(
                exchange,
                session.parameters(),
                answer.sessionMetadata(session.state().step(), SessionReport.of(session)));
    }

    @GetMapping(path = "/state", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "findSessionState", summary = "The state of a session")
    ResponseEntity<OptimizerState> state(@RequestAttribute String owner, @PathVariable String id) {
        OptimizerSession session = service.find(new Handle(owner, id));
        return ResponseEntity.ok().eTag(session.etag()).body(session.state());
    }

    @GetMapping(
            path = "/state",
            produces = {FileAnswer.SAFETENSORS, FileAnswer.NPZ})
    @Operation(
            operationId = "findSessionStateAsFile",
            summary = "The state of a session",
            description =
                    "As safetensors or npz, with the parameters: `p/<name>` and `s/<slot>/<name>`, all that is needed to go"
                            + " on elsewhere.")
    @AnsweredAsFile
    void stateAsFile(@RequestAttribute String owner, @PathVariable String id, ServletWebRequest exchange)
            throws IOException {
        OptimizerSession session = service.find(new Handle(owner, id));
        etag(session, exchange);
        answer.writeStep(
                exchange,
                session.parameters(),
                session.state().slots(),
                answer.metadata(session.state().step(), SessionReport.of(session)));
    }

    private static void etag(OptimizerSession session, ServletWebRequest exchange) {
        Objects.requireNonNull(exchange.getResponse()).setHeader(HttpHeaders.ETAG, session.etag());
    }
}
