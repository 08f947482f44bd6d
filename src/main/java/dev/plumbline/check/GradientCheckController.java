package dev.plumbline.check;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.jobs.MayBeAJob;
import dev.plumbline.library.ModelLibrary;
import dev.plumbline.limits.Limits;
import dev.plumbline.report.EventStream;
import dev.plumbline.report.Page;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.Upload;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
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
import tools.jackson.databind.json.JsonMapper;

@RestController
@RequestMapping(path = "/v1/gradient-checks", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Gradient checks", description = "Is my gradient right?")
class GradientCheckController {

    private static final String SUMMARY = "Check a gradient";

    private static final String DESCRIPTION = """
            Judges claimed gradients of a model's loss, or without a claim Plumbline's own. A wrong gradient is a result: \
            status 200 and the verdict `FAIL`.

            As JSON, or as multipart: the part `request` holds the same JSON, and files take the place of what is left \
            out of it: `model` (ONNX), `weights` (what it keeps in files beside it, by their names), `parameters`, `data`, `gradients`, `previousGradients`, `activations` and `cotangents` (safetensors, npz or npy, told apart by their \
            first bytes).

            With `Accept: text/event-stream` progress comes as events named `progress`, and the report as the last event, \
            named `report`; or `problem`, where one is met on the way.""";

    private final GradientCheckService service;
    private final RecentReports reports;
    private final Limits limits;
    private final ModelLibrary library;
    private final JsonMapper json;

    GradientCheckController(
            GradientCheckService service, RecentReports reports, Limits limits, ModelLibrary library, JsonMapper json) {
        this.service = service;
        this.reports = reports;
        this.limits = limits;
        this.library = library;
        this.json = json;
    }

    @MayBeAJob("gradient-checks")
    @PostMapping(
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.TEXT_EVENT_STREAM_VALUE})
    @Operation(operationId = "checkGradient", summary = SUMMARY, description = DESCRIPTION)
    @Nullable
    GradientCheckReport check(
            @RequestAttribute String owner,
            @RequestBody GradientCheckRequest request,
            HttpServletRequest http,
            HttpServletResponse response) {
        return answer(owner, request.with(new Upload(limits), library.card(owner)), http, response);
    }

    /** Null where the answer has gone out as events. */
    private @Nullable GradientCheckReport answer(
            String owner, GradientCheckRequest request, HttpServletRequest http, HttpServletResponse response) {
        if (!EventStream.isWanted(http)) {
            return service.check(owner, request, progress -> {});
        }
        new EventStream(response, json)
                .<GradientCheckProgress, GradientCheckReport>answer(
                        progress -> service.check(owner, request, progress));
        return null;
    }

    @MayBeAJob("gradient-checks")
    @PostMapping(
            consumes = MediaType.MULTIPART_FORM_DATA_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.TEXT_EVENT_STREAM_VALUE})
    @Operation(operationId = "checkGradient", summary = SUMMARY, description = DESCRIPTION)
    @Nullable
    GradientCheckReport checkFiles(
            @RequestAttribute String owner,
            @RequestPart(required = false) @Nullable GradientCheckRequest request,
            @RequestPart(required = false) @Nullable MultipartFile model,
            @RequestPart(required = false) @Nullable List<MultipartFile> weights,
            @RequestPart(required = false) @Nullable MultipartFile parameters,
            @RequestPart(required = false) @Nullable MultipartFile data,
            @RequestPart(required = false) @Nullable MultipartFile gradients,
            @RequestPart(required = false) @Nullable MultipartFile previousGradients,
            @RequestPart(required = false) @Nullable MultipartFile baseline,
            @RequestPart(required = false) @Nullable MultipartFile activations,
            @RequestPart(required = false) @Nullable MultipartFile cotangents,
            HttpServletRequest http,
            HttpServletResponse response) {
        GradientCheckRequest asked = request == null ? GradientCheckRequest.EMPTY : request;
        return new Upload(
                        limits,
                        model,
                        parameters,
                        data,
                        gradients,
                        previousGradients,
                        baseline,
                        activations,
                        cotangents)
                .weights(weights)
                .<@Nullable GradientCheckReport>answer(
                        files -> answer(owner, asked.with(files, library.card(owner)), http, response));
    }

    @GetMapping
    @Operation(
            operationId = "listGradientChecks",
            summary = "This key's recent reports in short, the newest first",
            description =
                    "In pages; `next` is what to ask for `after` to get the next one. Of those with one verdict or"
                            + " label, or since a time such as `2026-03-01T00:00:00Z`.")
    Page<GradientCheckItem> recent(
            @RequestAttribute String owner,
            @RequestParam(required = false) @Nullable Verdict verdict,
            @RequestParam(required = false) @Nullable String label,
            @RequestParam(required = false) @Nullable String since,
            @RequestParam(defaultValue = Page.USUAL) int limit,
            @RequestParam(required = false) @Nullable String after) {
        return reports.page(
                owner, new ReportFilter(verdict == null ? null : verdict.name(), label, since, limit, after));
    }

    /** As it was answered, byte by byte. */
    @GetMapping("/{id}")
    @Operation(
            operationId = "findGradientCheck",
            summary = "A kept report of this key",
            description =
                    "As JSON; as a page to look at (`text/html`, or `.html` behind the id); as JUnit's XML, a case for each tensor (`application/xml`, `.xml`); or as Markdown for a pull request (`text/markdown`, `.md`).")
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = GradientCheckReport.class)),
                @Content(mediaType = MediaType.TEXT_HTML_VALUE, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.APPLICATION_XML_VALUE, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.TEXT_MARKDOWN_VALUE, schema = @Schema(type = "string"))
            })
    byte[] find(@RequestAttribute String owner, @PathVariable String id) {
        return reports.find(owner, id);
    }
}
