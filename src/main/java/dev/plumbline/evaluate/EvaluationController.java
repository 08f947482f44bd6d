package dev.plumbline.evaluate;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.library.ModelLibrary;
import dev.plumbline.limits.Limits;
import dev.plumbline.report.Page;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.Upload;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

@RestController
@RequestMapping(path = "/v1/evaluations", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Models", description = "What does my model compute?")
class EvaluationController {

    private static final String SUMMARY = "Evaluate a model";

    private static final String DESCRIPTION = """
            The outputs and the loss at a point: to see that the model was read right. What is kept of it is the short: the \
            loss, and of each output its shape and norm.

            As JSON, or as multipart: the part `request` holds the same JSON, and files take the place of what is left \
            out of it: `model` (ONNX), `weights` (what it keeps in files beside it, by their names), `parameters` and `data` (safetensors, npz or npy).""";

    private final EvaluationService service;
    private final KeptEvaluations kept;
    private final Limits limits;
    private final ModelLibrary library;

    EvaluationController(EvaluationService service, KeptEvaluations kept, Limits limits, ModelLibrary library) {
        this.service = service;
        this.kept = kept;
        this.limits = limits;
        this.library = library;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "evaluate", summary = SUMMARY, description = DESCRIPTION)
    EvaluationReport evaluate(@RequestAttribute String owner, @RequestBody EvaluationRequest request) {
        return service.evaluate(owner, request.with(new Upload(limits), library.card(owner)));
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Operation(operationId = "evaluate", summary = SUMMARY, description = DESCRIPTION)
    EvaluationReport evaluateFiles(
            @RequestAttribute String owner,
            @RequestPart(required = false) @Nullable EvaluationRequest request,
            @RequestPart(required = false) @Nullable MultipartFile model,
            @RequestPart(required = false) @Nullable List<MultipartFile> weights,
            @RequestPart(required = false) @Nullable MultipartFile parameters,
            @RequestPart(required = false) @Nullable MultipartFile data) {
        EvaluationRequest asked = request == null ? EvaluationRequest.EMPTY : request;
        return new Upload(limits, model, parameters, data)
                .weights(weights)
                .answer(files -> service.evaluate(owner, asked.with(files, library.card(owner))));
    }

    @GetMapping
    @Operation(
            operationId = "listEvaluations",
            summary = "This key's kept evaluations in short, the newest first",
            description =
                    "In pages; `next` is what to ask for `after` to get the next one. Of those with one verdict or"
                            + " label, or since a time such as `2026-03-01T00:00:00Z`.")
    Page<EvaluationItem> list(
            @RequestAttribute String owner,
            @RequestParam(required = false) @Nullable Verdict verdict,
            @RequestParam(required = false) @Nullable String label,
            @RequestParam(required = false) @Nullable String since,
            @RequestParam(defaultValue = Page.USUAL) int limit,
            @RequestParam(required = false) @Nullable String after) {
        return kept.page(owner, new ReportFilter(verdict == null ? null : verdict.name(), label, since, limit, after));
    }

    @GetMapping("/{id}")
    @Operation(operationId = "findEvaluation", summary = "A kept evaluation of this key in short")
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = EvaluationSummary.class)))
    byte[] find(@RequestAttribute String owner, @PathVariable String id) {
        return kept.bytes(owner, id);
    }
}
