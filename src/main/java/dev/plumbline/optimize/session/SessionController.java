package dev.plumbline.optimize.session;

import dev.plumbline.optimize.TensorPart;
import dev.plumbline.optimize.TensorParts;
import dev.plumbline.optimize.session.SessionService.Handle;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.IdempotencyKey;
import dev.plumbline.report.Page;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

@RestController
@RequestMapping(path = SessionController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Optimizer sessions", description = "Keep my parameters and my optimizer's state.")
class SessionController {

    static final String PATH = "/v1/optimizer-sessions";
    static final String SEEN = "The ETag that was read last, or * for whatever step the session is at; 428 without it.";
    static final String UNCHANGED = "An ETag: the session is dropped only if it is still at that step.";

    private final SessionService service;
    private final TensorParts parts;

    SessionController(SessionService service, TensorParts parts) {
        this.service = service;
        this.parts = parts;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "createOptimizerSession",
            summary = "Begin a session",
            description = "Parameters and state are kept here, durably, and the ETag counts the steps (and, behind a"
                    + " point, the resets if there were any). With an"
                    + " Idempotency-Key a repeated request finds the session it has made.")
    @ApiResponse(responseCode = "201")
    ResponseEntity<SessionReport> create(
            @RequestAttribute String owner,
            @RequestHeader(name = IdempotencyKey.HEADER, defaultValue = "") String idempotencyKey,
            @RequestBody SessionRequest request) {
        OptimizerSession session = service.create(owner, request, idempotencyKey);
        return ResponseEntity.created(URI.create(PATH + "/" + session.id()))
                .eTag(session.etag())
                .body(SessionReport.of(session));
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Operation(
            operationId = "createOptimizerSessionOfFiles",
            summary = "Begin a session, with files",
            description = "The same request as the part `request`, and files for `parameters` and `state`.")
    @ApiResponse(responseCode = "201")
    ResponseEntity<SessionReport> createOfFiles(
            @RequestAttribute String owner,
            @RequestHeader(name = IdempotencyKey.HEADER, defaultValue = "") String idempotencyKey,
            @RequestPart SessionRequest request,
            @RequestPart(required = false) @Nullable MultipartFile parameters,
            @RequestPart(required = false) @Nullable MultipartFile state)
            throws IOException {
        try (TensorPart file = parts.open("parameters", parameters)) {
            SessionRequest of = request.with(file == null ? null : file.load(file.parameters()), request.state());
            boolean sorted = file != null && !file.file().ordered();
            return create(
                    owner, idempotencyKey, of.with(null, parts.state(state, of.state(), of.parameters(), sorted)));
        } catch (Problem problem) {
            throw TensorParts.seen(problem, parameters, state);
        }
    }

    @GetMapping
    @Operation(
            operationId = "listOptimizerSessions",
            summary = "The sessions of this key, the newest first",
            description =
                    "Without their tensors: enough to say which of them to delete. In pages; `next` is what to ask"
                            + " for `after` to get the next one.")
    Page<SessionSummary> list(
            @RequestAttribute String owner,
            @RequestParam(defaultValue = Page.USUAL) int limit,
            @RequestParam(required = false) @Nullable String after) {
        return service.list(owner, limit, Page.behind(after));
    }

    @GetMapping("/{id}")
    @Operation(operationId = "findOptimizerSession", summary = "A session, without its tensors' values")
    ResponseEntity<SessionReport> find(@RequestAttribute String owner, @PathVariable String id) {
        return report(service.find(new Handle(owner, id)));
    }

    @PostMapping("/{id}/resets")
    @Operation(
            operationId = "resetSession",
            summary = "Begin again",
            description =
                    "The state is forgotten and the step count is 0 again. Parameters stay unless others are given.")
    ResponseEntity<SessionReport> reset(
            @RequestAttribute String owner,
            @PathVariable String id,
            @Parameter(description = SEEN, required = true)
                    @RequestHeader(name = HttpHeaders.IF_MATCH, defaultValue = "")
                    String ifMatch,
            @RequestBody(required = false) @Nullable SessionResetRequest request) {
        SessionResetRequest asked = request == null ? SessionResetRequest.EMPTY : request;
        return report(service.reset(new Handle(owner, id), asked, ifMatch));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(operationId = "deleteSession", summary = "Drop a session and everything in it")
    void delete(
            @RequestAttribute String owner,
            @PathVariable String id,
            @Parameter(description = UNCHANGED) @RequestHeader(name = HttpHeaders.IF_MATCH, defaultValue = "")
                    String ifMatch) {
        service.delete(new Handle(owner, id), ifMatch);
    }

    private static ResponseEntity<SessionReport> report(OptimizerSession session) {
        return ResponseEntity.ok().eTag(session.etag()).body(SessionReport.of(session));
    }
}
