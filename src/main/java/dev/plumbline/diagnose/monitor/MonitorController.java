package dev.plumbline.diagnose.monitor;

import dev.plumbline.diagnose.monitor.MonitorService.Handle;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.IdempotencyKey;
import dev.plumbline.report.Page;
import dev.plumbline.report.page.Forms;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

@RestController
@RequestMapping(MonitorController.PATH)
@Tag(name = "Monitors", description = "Does my gradient stay healthy?")
class MonitorController {

    static final String PATH = "/v1/monitors";

    private final MonitorService service;
    private final MonitorStreams streams;

    MonitorController(MonitorService service, MonitorStreams streams) {
        this.service = service;
        this.streams = streams;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE, produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "createMonitor",
            summary = "Begin to watch a run",
            description = "Then post a snapshot every so many steps. What is kept of a run has a bounded size, however"
                    + " long it is. With an Idempotency-Key a repeated request finds the monitor it has made.")
    @ApiResponse(responseCode = "201")
    ResponseEntity<MonitorReport> create(
            @RequestAttribute String owner,
            @RequestHeader(name = IdempotencyKey.HEADER, defaultValue = "") String idempotencyKey,
            @RequestBody MonitorRequest request) {
        Monitor monitor = service.create(owner, request, idempotencyKey);
        return ResponseEntity.created(URI.create(PATH + "/" + monitor.id()))
                .eTag(monitor.etag())
                .body(service.report(new Handle(owner, monitor.id())));
    }

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "listMonitors",
            summary = "The monitors of this key, the newest first",
            description = "In pages; `next` is what to ask for `after` to get the next one.")
    Page<MonitorSummary> list(
            @RequestAttribute String owner,
            @RequestParam(defaultValue = Page.USUAL) int limit,
            @RequestParam(required = false) @Nullable String after) {
        return service.list(owner, limit, Page.behind(after));
    }

    @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "findMonitor",
            summary = "What a monitor has found",
            description = "Findings with causes and remedies, the newest first; the rules that could not be judged, and"
                    + " why; and the figures of each tensor. The ETag counts the snapshots: with If-None-Match the"
                    + " answer is 304 until the next one. As a page to look at with `text/html`, or `.html`"
                    + " behind the id; as JUnit's XML, a case for each rule, with `application/xml` or `.xml`; as"
                    + " Markdown with `text/markdown` or `.md`.")
    ResponseEntity<MonitorReport> find(@RequestAttribute String owner, @PathVariable String id) {
        MonitorReport report = service.report(new Handle(owner, id));
        return ResponseEntity.ok().eTag("\"" + report.snapshots() + "\"").body(report);
    }

    @GetMapping(path = "/{id}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(
            operationId = "followMonitor",
            summary = "What a monitor has found",
            description = "As events: `monitor`, the present report, and from then on `finding`, `over` (a finding that"
                    + " came to an end) and `snapshot` as they arise, and `end` when the monitor is deleted. A snapshot's id is its step: with Last-Event-ID a"
                    + " stream goes on behind it, as far back as snapshots are kept.")
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE, schema = @Schema(type = "string")))
    SseEmitter follow(
            @RequestAttribute String owner,
            @PathVariable String id,
            @RequestHeader(name = "Last-Event-ID", defaultValue = "") String lastEventId) {
        return streams.open(new Handle(owner, id), step(lastEventId));
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.HTML)
    byte[] page(@RequestAttribute String owner, @PathVariable String id) {
        Handle handle = new Handle(owner, id);
        return MonitorDocument.of(service.report(handle), service.snapshots(handle, -1));
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.XML)
    byte[] junit(@RequestAttribute String owner, @PathVariable String id) {
        return MonitorForms.junit(service.report(new Handle(owner, id)));
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.MARKDOWN)
    byte[] markdown(@RequestAttribute String owner, @PathVariable String id) {
        return MonitorForms.markdown(service.report(new Handle(owner, id)));
    }

    @GetMapping(path = "/{id}/summary", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "summariseMonitor", summary = "What a monitor says, in short")
    MonitorVerdict summary(@RequestAttribute String owner, @PathVariable String id) {
        return MonitorVerdict.of(service.report(new Handle(owner, id)));
    }

    private static Optional<Long> step(String lastEventId) {
        if (lastEventId.isEmpty()) {
            return Optional.empty();
        }
        if (!lastEventId.matches("\\d{1,18}")) {
            throw Problem.invalid("", "the Last-Event-ID is none of ours", lastEventId, "the step of a snapshot");
        }
        return Optional.of(Long.valueOf(lastEventId));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(operationId = "deleteMonitor", summary = "Drop a monitor and everything in it")
    void delete(@RequestAttribute String owner, @PathVariable String id) {
        service.delete(new Handle(owner, id));
    }
}
