package dev.plumbline.blackbox;

import dev.plumbline.report.Page;
import dev.plumbline.report.page.Forms;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(ProbeController.PATH)
@Tag(name = "Probe sessions", description = "Is the gradient of my own function right? You evaluate, in any language")
class ProbeController {

    static final String PATH = "/v1/probe-sessions";

    private final ProbeService service;

    ProbeController(ProbeService service) {
        this.service = service;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE, produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "openProbeSession",
            summary = "Begin to check a function that stays with you",
            description =
                    "The answer asks for values of the function along directions that you make from seeds, and for"
                            + " your claim along them, one number each. Send them to `/answers`, round by round, until a report"
                            + " comes: some 35 to 80 evaluations where the gradient is right. No weights, data or"
                            + " model are sent. `/plumbline.py` does all this for PyTorch, JAX and NumPy.")
    @ApiResponse(responseCode = "201")
    ResponseEntity<ProbeReply> open(@RequestAttribute String owner, @RequestBody ProbeOpening opening) {
        ProbeReply reply = service.open(owner, opening);
        return ResponseEntity.created(URI.create(PATH + "/" + reply.id())).body(reply);
    }

    @PostMapping(
            path = "/{id}/answers",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "answerProbeSession",
            summary = "Answer a round",
            description = "With the next round, or the report. The same answers to the same round get the same answer"
                    + " again, so a request whose answer was lost is simply sent once more; others are a 409.")
    ProbeReply answer(@RequestAttribute String owner, @PathVariable String id, @RequestBody ProbeAnswers answers) {
        return service.answer(owner, id, answers);
    }

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "listProbeSessions",
            summary = "The probe sessions of this key, the newest first",
            description = "In pages; `next` is what to ask for `after` to get the next one.")
    Page<ProbeSummary> list(
            @RequestAttribute String owner,
            @RequestParam(defaultValue = Page.USUAL) int limit,
            @RequestParam(required = false) @Nullable String after) {
        return service.list(owner, limit, Page.behind(after));
    }

    @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "findProbeSession",
            summary = "Where a probe session stands: its present asks, or its report",
            description =
                    "As JSON; as a page to look at (`text/html`, or `.html` behind the id); as JUnit's XML, a case for each tensor (`application/xml`, `.xml`); or as Markdown for a pull request (`text/markdown`, `.md`).")
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = ProbeReply.class)),
                @Content(mediaType = MediaType.TEXT_HTML_VALUE, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.APPLICATION_XML_VALUE, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.TEXT_MARKDOWN_VALUE, schema = @Schema(type = "string"))
            })
    ProbeReply find(@RequestAttribute String owner, @PathVariable String id) {
        return service.reply(owner, id);
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.HTML)
    byte[] page(@RequestAttribute String owner, @PathVariable String id) {
        return new ProbeDocument(service.reply(owner, id)).html();
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.XML)
    byte[] junit(@RequestAttribute String owner, @PathVariable String id) {
        return new ProbeDocument(service.reply(owner, id)).junit();
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.MARKDOWN)
    byte[] markdown(@RequestAttribute String owner, @PathVariable String id) {
        return new ProbeDocument(service.reply(owner, id)).markdown();
    }

    @GetMapping(path = "/{id}/summary", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "summariseProbeSession", summary = "What a probe session has found, in short")
    ProbeVerdict summary(@RequestAttribute String owner, @PathVariable String id) {
        return ProbeVerdict.of(service.reply(owner, id));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(operationId = "deleteProbeSession", summary = "Drop a probe session")
    void delete(@RequestAttribute String owner, @PathVariable String id) {
        service.delete(owner, id);
    }
}
