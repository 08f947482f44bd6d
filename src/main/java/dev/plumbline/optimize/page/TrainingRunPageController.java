package dev.plumbline.optimize.page;

import dev.plumbline.compute.health.HealthFinding;
import dev.plumbline.optimize.training.KeptTrainingRuns;
import dev.plumbline.optimize.training.TrainingRunReport;
import dev.plumbline.report.page.Forms;
import dev.plumbline.report.page.HealthSections;
import dev.plumbline.report.page.JUnit;
import dev.plumbline.report.page.Markdown;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Each form by what the caller accepts; an ending of the path says the same. */
@RestController
@RequestMapping("/v1/training-runs")
@Tag(name = "Optimizers", description = "Is my optimizer step right, and can you take it for me?")
class TrainingRunPageController {

    private final KeptTrainingRuns kept;

    TrainingRunPageController(KeptTrainingRuns kept) {
        this.kept = kept;
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.HTML)
    byte[] page(@RequestAttribute String owner, @PathVariable String id) {
        return TrainingRunDocument.of(kept.read(owner, id));
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.XML)
    byte[] junit(@RequestAttribute String owner, @PathVariable String id) {
        TrainingRunReport report = kept.read(owner, id);
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("plumbline.id", report.id());
        properties.put("plumbline.verdict", report.health().verdict().name());
        properties.put("plumbline.summary", report.summary());
        String name = report.label() == null ? "training run" : "training run " + report.label();
        return new JUnit(
                        name,
                        report.seconds(),
                        properties,
                        HealthSections.cases(
                                report.health().all(), report.health().notEvaluated()))
                .bytes();
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.MARKDOWN)
    byte[] markdown(@RequestAttribute String owner, @PathVariable String id) {
        TrainingRunReport report = kept.read(owner, id);
        List<HealthFinding> findings = report.health().all();
        Markdown page = new Markdown().verdict(report.health().verdict().name(), report.summary());
        if (report.changes() != null) {
            page.paragraph(HealthSections.changes(report.changes()));
        }
        HealthSections.findings(page, findings);
        return page.paragraph("Plumbline, training run " + report.id()).bytes();
    }

    @GetMapping(path = "/{id}/summary", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "summariseTrainingRun", summary = "The report of a run in short")
    TrainingRunSummary summary(@RequestAttribute String owner, @PathVariable String id) {
        return TrainingRunSummary.of(kept.read(owner, id));
    }
}
