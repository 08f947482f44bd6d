package dev.plumbline.diagnose;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.jobs.MayBeAJob;
import dev.plumbline.library.ModelLibrary;
import dev.plumbline.limits.Limits;
import dev.plumbline.report.Page;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.ReportItem;
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
@RequestMapping(path = "/v1/diagnoses", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Diagnoses", description = "Is my gradient healthy?")
class DiagnosisController {

    private final DiagnosisService service;
    private final KeptDiagnoses kept;
    private final Limits limits;
    private final ModelLibrary library;

    DiagnosisController(DiagnosisService service, KeptDiagnoses kept, Limits limits, ModelLibrary library) {
        this.service = service;
        this.kept = kept;
        this.limits = limits;
        this.library = library;
    }

    @MayBeAJob("diagnoses")
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "diagnose",
            summary = "Diagnose a gradient",
            description =
                    "Vanishing, exploding, dead units, saturation, unscaled inputs, probabilities as logits, a part"
                            + " that is cut off, a step that is too long and more, with causes and remedies: of a model"
                            + " with its data, or of gradients that you already have. With both, the gradients are a claim: it is"
                            + " checked against the model, and its health is judged; where it is wrong, the health of the right"
                            + " gradient too. An unhealthy or wrong gradient is a result: 200.")
    DiagnosisReport diagnose(@RequestAttribute String owner, @RequestBody DiagnosisRequest request) {
        return diagnosed(owner, request.with(new Upload(limits), library.card(owner)));
    }

    @MayBeAJob("diagnoses")
    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Operation(
            operationId = "diagnoseFiles",
            summary = "Diagnose a gradient, with files",
            description =
                    "The same request as the part `request`, and files for the rest: `model` (ONNX), `weights` (what it"
                            + " keeps in files beside it, by their names), and"
                            + " `parameters`, `data`, `gradients`, `activations` (safetensors, npz or npy).")
    DiagnosisReport diagnoseFiles(
            @RequestAttribute String owner,
            @RequestPart(required = false) @Nullable DiagnosisRequest request,
            @RequestPart(required = false) @Nullable MultipartFile model,
            @RequestPart(required = false) @Nullable List<MultipartFile> weights,
            @RequestPart(required = false) @Nullable MultipartFile parameters,
            @RequestPart(required = false) @Nullable MultipartFile data,
            @RequestPart(required = false) @Nullable MultipartFile gradients,
            @RequestPart(required = false) @Nullable MultipartFile activations) {
        DiagnosisRequest asked = request == null ? DiagnosisRequest.EMPTY : request;
        return new Upload(limits, model, parameters, data, gradients, activations)
                .weights(weights)
                .answer(files -> diagnosed(owner, asked.with(files, library.card(owner))));
    }

    private DiagnosisReport diagnosed(String owner, DiagnosisRequest request) {
        DiagnosisReport earlier = kept.earlier(owner, request.comparedWith());
        return kept.keep(owner, service.diagnose(request).since(earlier));
    }

    @GetMapping
    @Operation(
            operationId = "listDiagnoses",
            summary = "This key's kept diagnoses in short, the newest first",
            description =
                    "In pages; `next` is what to ask for `after` to get the next one. Of those with one verdict or"
                            + " label, or since a time such as `2026-03-01T00:00:00Z`.")
    Page<ReportItem> list(
            @RequestAttribute String owner,
            @RequestParam(required = false) @Nullable Verdict verdict,
            @RequestParam(required = false) @Nullable String label,
            @RequestParam(required = false) @Nullable String since,
            @RequestParam(defaultValue = Page.USUAL) int limit,
            @RequestParam(required = false) @Nullable String after) {
        return kept.page(owner, new ReportFilter(verdict == null ? null : verdict.name(), label, since, limit, after));
    }

    /** As it was answered, byte by byte. */
    @GetMapping("/{id}")
    @Operation(
            operationId = "findDiagnosis",
            summary = "A kept diagnosis of this key",
            description =
                    "As JSON; as a page to look at (`text/html`, or `.html` behind the id); as JUnit's XML, a case for each claimed tensor and each rule (`application/xml`, `.xml`); or as Markdown for a pull request (`text/markdown`, `.md`).")
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = DiagnosisReport.class)),
                @Content(mediaType = MediaType.TEXT_HTML_VALUE, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.APPLICATION_XML_VALUE, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.TEXT_MARKDOWN_VALUE, schema = @Schema(type = "string"))
            })
    byte[] find(@RequestAttribute String owner, @PathVariable String id) {
        return kept.bytes(owner, id);
    }
}
