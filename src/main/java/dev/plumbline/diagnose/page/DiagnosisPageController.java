package dev.plumbline.diagnose.page;

import dev.plumbline.diagnose.DiagnosisReport;
import dev.plumbline.diagnose.KeptDiagnoses;
import dev.plumbline.report.page.Forms;
import dev.plumbline.report.page.HealthSections;
import dev.plumbline.report.page.JUnit;
import dev.plumbline.report.page.Markdown;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Each form by what the caller accepts; an ending of the path says the same. */
@RestController
@RequestMapping("/v1/diagnoses")
@Tag(name = "Diagnoses", description = "Is my gradient healthy?")
class DiagnosisPageController {

    private final KeptDiagnoses kept;

    DiagnosisPageController(KeptDiagnoses kept) {
        this.kept = kept;
    }

    @GetMapping(path = "/{id}", produces = Forms.HTML)
    @Operation(
            operationId = "findDiagnosis",
            summary = "A kept diagnosis of this key",
            description = "As JSON; as a page to look at (`text/html`, or `.html` behind the id); as JUnit's XML, a case"
                    + " for each rule (`application/xml`, `.xml`); or as Markdown (`text/markdown`, `.md`).")
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = MediaType.TEXT_HTML_VALUE, schema = @Schema(type = "string")))
    byte[] page(@Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        return DiagnosisDocument.of(kept.read(owner, id));
    }

    @GetMapping(path = "/{id}", produces = Forms.XML)
    @Operation(operationId = "findDiagnosis", summary = "A kept diagnosis of this key")
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = MediaType.APPLICATION_XML_VALUE, schema = @Schema(type = "string")))
    byte[] junit(@Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        DiagnosisReport report = kept.read(owner, id);
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("plumbline.id", report.id());
        properties.put("plumbline.verdict", report.verdict().name());
        properties.put("plumbline.summary", report.summary());
        String name = report.label() == null ? "diagnosis" : "diagnosis " + report.label();
        return new JUnit(name, 0, properties, HealthSections.cases(report.findings(), report.notEvaluated())).bytes();
    }

    @GetMapping(path = "/{id}", produces = Forms.MARKDOWN)
    @Operation(operationId = "findDiagnosis", summary = "A kept diagnosis of this key")
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = MediaType.TEXT_MARKDOWN_VALUE, schema = @Schema(type = "string")))
    byte[] markdown(@Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        DiagnosisReport report = kept.read(owner, id);
        Markdown page = new Markdown().verdict(report.verdict().name(), report.summary());
        HealthSections.findings(page, report.findings());
        return page.paragraph("Plumbline, diagnosis " + report.id()).bytes();
    }

    @GetMapping(path = "/{id}/summary", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "summariseDiagnosis", summary = "A kept diagnosis in short")
    DiagnosisSummary summary(@Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        return DiagnosisSummary.of(kept.read(owner, id));
    }
}
