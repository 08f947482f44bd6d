package dev.plumbline.diagnose.page;

import dev.plumbline.diagnose.KeptDiagnoses;
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
@RequestMapping("/v1/diagnoses")
@Tag(name = "Diagnoses", description = "Is my gradient healthy?")
class DiagnosisPageController {

    private final KeptDiagnoses kept;

    DiagnosisPageController(KeptDiagnoses kept) {
        this.kept = kept;
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.HTML)
    byte[] page(@RequestAttribute String owner, @PathVariable String id) {
        return DiagnosisDocument.of(kept.read(owner, id));
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.XML)
    byte[] junit(@RequestAttribute String owner, @PathVariable String id) {
        return DiagnosisForms.junit(kept.read(owner, id));
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.MARKDOWN)
    byte[] markdown(@RequestAttribute String owner, @PathVariable String id) {
        return DiagnosisForms.markdown(kept.read(owner, id));
    }

    @GetMapping(path = "/{id}/summary", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "summariseDiagnosis", summary = "A kept diagnosis in short")
    DiagnosisSummary summary(@RequestAttribute String owner, @PathVariable String id) {
        return DiagnosisSummary.of(kept.read(owner, id));
    }
}
