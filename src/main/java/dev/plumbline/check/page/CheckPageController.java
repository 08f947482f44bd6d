package dev.plumbline.check.page;

import dev.plumbline.check.RecentReports;
import dev.plumbline.report.page.Forms;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.Operation;
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

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.HTML)
    byte[] page(@RequestAttribute String owner, @PathVariable String id) {
        return CheckDocument.of(reports.findDrawn(owner, id));
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.XML)
    byte[] junit(@RequestAttribute String owner, @PathVariable String id) {
        return CheckJUnit.of(reports.findDrawn(owner, id).report());
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.MARKDOWN)
    byte[] markdown(@RequestAttribute String owner, @PathVariable String id) {
        return CheckMarkdown.of(reports.findDrawn(owner, id).report());
    }

    @GetMapping(path = "/{id}/summary", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "summariseGradientCheck",
            summary = "A kept report in short: verdict, sentence, worst tensor, explanation")
    CheckSummary summary(@RequestAttribute String owner, @PathVariable String id) {
        return CheckSummary.of(reports.findDrawn(owner, id).report());
    }
}
