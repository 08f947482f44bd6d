package dev.plumbline.optimize.session;

import dev.plumbline.optimize.AnsweredAsFile;
import dev.plumbline.optimize.FileAnswer;
import dev.plumbline.optimize.TensorParts;
import dev.plumbline.optimize.session.SessionService.Answer;
import dev.plumbline.optimize.session.SessionService.Handle;
import dev.plumbline.optimize.session.SessionService.Precondition;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.IdempotencyKey;
import dev.plumbline.tensor.Tensor;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.multipart.MultipartFile;

/** The next step of a session: JSON or files in, JSON or a file out. */
@RestController
@RequestMapping(SessionController.PATH + "/{id}/steps")
@Tag(name = "Optimizer sessions")
class SessionStepController {

    private final SessionService service;
    private final TensorParts parts;
    private final FileAnswer answer;

    SessionStepController(SessionService service, TensorParts parts, FileAnswer answer) {
        this.service = service;
        this.parts = parts;
        this.answer = answer;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE, produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "takeSessionStep",
            summary = "Take the next step of a session",
            description = "If-Match holds the ETag that was read last: without it the answer is 428, and 412 if the"
                    + " session is at another step, so no retry is applied twice. With an Idempotency-Key a retry gets the"
                    + " first try's answer. A step is answered when it is committed.")
    ResponseEntity<SessionStepReport> step(
            @RequestAttribute String owner,
            @PathVariable String id,
            @Parameter(description = SessionController.SEEN, required = true)
                    @RequestHeader(name = HttpHeaders.IF_MATCH, defaultValue = "")
                    String ifMatch,
            @RequestHeader(name = IdempotencyKey.HEADER, defaultValue = "") String idempotencyKey,
            @RequestBody SessionStepRequest request) {
        Answer answered = service.step(new Handle(owner, id), request, new Precondition(ifMatch, idempotencyKey));
        return ResponseEntity.ok().eTag(answered.tag().etag()).body(answered.report());
    }

    @PostMapping(
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {FileAnswer.SAFETENSORS, FileAnswer.NPZ})
    @Operation(
            operationId = "takeSessionStepForFile",
            summary = "Take the next step of a session, answered as a file",
            description = "As safetensors or npz: the parameters after the step, `p/<name>`. At a million parameters"
                    + " that takes a fraction of the time of JSON.")
    @AnsweredAsFile
    void stepForFile(
            @RequestAttribute String owner,
            @PathVariable String id,
            @Parameter(description = SessionController.SEEN, required = true)
                    @RequestHeader(name = HttpHeaders.IF_MATCH, defaultValue = "")
                    String ifMatch,
            @RequestHeader(name = IdempotencyKey.HEADER, defaultValue = "") String idempotencyKey,
            @RequestBody SessionStepRequest request,
            ServletWebRequest exchange)
            throws IOException {
        write(step(owner, id, ifMatch, idempotencyKey, request), exchange);
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE, produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "takeSessionStepOfFiles",
            summary = "Take the next step of a session, with a file",
            description =
                    "`gradients` as safetensors or npz, and as the part `request` what else there is to say. A lone npy"
                            + " is the gradient of the only parameter.")
    ResponseEntity<SessionStepReport> stepOfFiles(
            @RequestAttribute String owner,
            @PathVariable String id,
            @Parameter(description = SessionController.SEEN, required = true)
                    @RequestHeader(name = HttpHeaders.IF_MATCH, defaultValue = "")
                    String ifMatch,
            @RequestHeader(name = IdempotencyKey.HEADER, defaultValue = "") String idempotencyKey,
            @RequestPart(required = false) @Nullable SessionStepRequest request,
            @RequestPart MultipartFile gradients)
            throws IOException {
        SessionStepRequest asked = request == null ? SessionStepRequest.EMPTY : request;
        try {
            Map<String, Tensor> claims = parts.gradients(
                    gradients,
                    () -> service.find(new Handle(owner, id)).parameters().keySet());
            return step(owner, id, ifMatch, idempotencyKey, asked.with(claims));
        } catch (Problem problem) {
            throw TensorParts.seen(problem, gradients);
        }
    }

    @PostMapping(
            consumes = MediaType.MULTIPART_FORM_DATA_VALUE,
            produces = {FileAnswer.SAFETENSORS, FileAnswer.NPZ})
    @Operation(
            operationId = "takeSessionStepOfFilesForFile",
            summary = "Take the next step of a session, files in and out")
    @AnsweredAsFile
    void stepOfFilesForFile(
            @RequestAttribute String owner,
            @PathVariable String id,
            @Parameter(description = SessionController.SEEN, required = true)
                    @RequestHeader(name = HttpHeaders.IF_MATCH, defaultValue = "")
                    String ifMatch,
            @RequestHeader(name = IdempotencyKey.HEADER, defaultValue = "") String idempotencyKey,
            @RequestPart(required = false) @Nullable SessionStepRequest request,
            @RequestPart MultipartFile gradients,
            ServletWebRequest exchange)
            throws IOException {
        write(stepOfFiles(owner, id, ifMatch, idempotencyKey, request, gradients), exchange);
    }

    private void write(ResponseEntity<SessionStepReport> answered, ServletWebRequest exchange) throws IOException {
        SessionStepReport report = Objects.requireNonNull(answered.getBody());
        Objects.requireNonNull(exchange.getResponse())
                .setHeader(HttpHeaders.ETAG, answered.getHeaders().getETag());
        Map<String, Tensor> parameters = report.parameters() == null ? Map.of() : report.parameters();
        answer.writeStep(exchange, parameters, Map.of(), answer.metadata(report.step(), report.with(null)));
    }
}
