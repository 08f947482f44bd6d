package dev.plumbline.check.page;

import dev.plumbline.check.RecentReports;
import dev.plumbline.report.page.Forms;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Each form by what the caller accepts; an ending of the path says the same. */
@RestController
@RequestMapping("/v1/gradient-checks")
@Tag(name = "Gradient checks", description = "Is my gradient right?")
class CheckPageController {

    private final RecentReports reports;

    CheckPageController(RecentReports reports) {
        this.reports = reports;
    }

    @GetMapping(path = "/{id}", produces = Forms.HTML)
    @Operation(
            operationId = "findGradientCheck",
            summary = "A kept report of this key",
            description = "As JSON; as a page to look at (`text/html`, or `.html` behind the id); as JUnit's XML, a case"
                    + " for each tensor (`application/xml`, `.xml`); or as Markdown for a pull request"
                    + " (`text/markdown`, `.md`).")
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = MediaType.TEXT_HTML_VALUE, schema = @Schema(type = "string")))
    byte[] page(@Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        return CheckDocument.of(reports.findDrawn(owner, id));
    }

    @GetMapping(path = "/{id}", produces = Forms.XML)
    @Operation(operationId = "findGradientCheck", summary = "A kept report of this key")
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = MediaType.APPLICATION_XML_VALUE, schema = @Schema(type = "string")))
    byte[] junit(@Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        return CheckJUnit.of(reports.findDrawn(owner, id).report());
    }

    @GetMapping(path = "/{id}", produces = Forms.MARKDOWN)
    @Operation(operationId = "findGradientCheck", summary = "A kept report of this key")
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = MediaType.TEXT_MARKDOWN_VALUE, schema = @Schema(type = "string")))
    byte[] markdown(@Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        return CheckMarkdown.of(reports.findDrawn(owner, id).report());
    }

    @GetMapping(path = "/{id}/summary", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "summariseGradientCheck",
            summary = "A kept report in short: verdict, sentence, worst tensor, explanation")
    CheckSummary summary(@Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        return CheckSummary.of(reports.findDrawn(owner, id).report());
    }
}
