package dev.plumbline.compare.page;

import dev.plumbline.compare.KeptComparisons;
import dev.plumbline.report.page.Forms;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Each form by what the caller accepts; an ending of the path says the same. */
@RestController
@RequestMapping("/v1/comparisons")
@Tag(name = "Comparisons", description = "What do two dumps of gradients differ by?")
class ComparisonPageController {

    private final KeptComparisons kept;

    ComparisonPageController(KeptComparisons kept) {
        this.kept = kept;
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.HTML)
    byte[] page(@RequestAttribute String owner, @PathVariable String id) {
        return new ComparisonDocument(kept.read(owner, id)).html();
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.XML)
    byte[] junit(@RequestAttribute String owner, @PathVariable String id) {
        return new ComparisonDocument(kept.read(owner, id)).junit();
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.MARKDOWN)
    byte[] markdown(@RequestAttribute String owner, @PathVariable String id) {
        return new ComparisonDocument(kept.read(owner, id)).markdown();
    }

    @GetMapping(path = "/{id}/summary", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "summariseComparison", summary = "A kept comparison in short")
    ComparisonSummary summary(@Parameter(hidden = true) @RequestAttribute String owner, @PathVariable String id) {
        return ComparisonSummary.of(kept.read(owner, id));
    }
}
