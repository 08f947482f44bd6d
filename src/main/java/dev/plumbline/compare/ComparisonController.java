package dev.plumbline.compare;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.Page;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.ReportItem;
import dev.plumbline.report.page.Forms;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
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
import org.springframework.web.multipart.MultipartHttpServletRequest;

@RestController
@RequestMapping(path = ComparisonController.PATH, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Comparisons", description = "What do two dumps of gradients differ by?")
class ComparisonController {

    static final String PATH = "/v1/comparisons";

    private static final String DESCRIPTION = """
            Two dumps of gradients, without a model: of each tensor whether both are equal, no further apart than noise or \
            rounding, or what the difference looks like: scaled, transposed, exchanged with another tensor, one slice, \
            rounded, and more. That they differ is a result: status 200 and the verdict `FAIL`; who is right is never said.

            As JSON, or as multipart with files (safetensors or npz), which are read piece by piece: `a`, `b`, `repeats` \
            (further runs of what made `a`: what they differ by is its noise), `previousGradients`. Several ranks' files \
            come as `a[0]`, `a[1]`, ..., and `layout` in the part `request` says how they make one: replicas, shards along \
            an axis, or partial terms. `b` may be of several ranks too.

            Dumps that lie where the service runs need not be sent: `{"files": {"a": ["run7.safetensors"], "b": \
            ["run8.safetensors"]}}`, names below the directory that the operator allows with `plumbline.dumps`.""";

    private final ComparisonService service;
    private final KeptComparisons reports;
    private final DumpDirectory directory;
    private final Limits limits;

    ComparisonController(ComparisonService service, KeptComparisons reports, DumpDirectory directory, Limits limits) {
        this.service = service;
        this.reports = reports;
        this.directory = directory;
        this.limits = limits;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(operationId = "compareDumps", summary = "Compare two dumps of gradients", description = DESCRIPTION)
    ComparisonReport compare(@RequestAttribute String owner, @RequestBody ComparisonRequest request)
            throws IOException {
        return compare(owner, request, new LinkedMultiValueMap<>());
    }

    /** The parts are declared for the description; they are read from the request, where they may be numbered. */
    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Operation(operationId = "compareDumps", summary = "Compare two dumps of gradients", description = DESCRIPTION)
    ComparisonReport compareFiles(
            @RequestAttribute String owner,
            @RequestPart(required = false) @Nullable ComparisonRequest request,
            @RequestPart(required = false) @Nullable List<MultipartFile> a,
            @RequestPart(required = false) @Nullable List<MultipartFile> b,
            @RequestPart(required = false) @Nullable List<MultipartFile> repeats,
            @RequestPart(required = false) @Nullable MultipartFile previousGradients,
            HttpServletRequest http)
            throws IOException {
        ComparisonRequest asked = request == null ? ComparisonRequest.EMPTY : request;
        MultiValueMap<String, MultipartFile> uploads = ((MultipartHttpServletRequest) http).getMultiFileMap();
        try {
            return compare(owner, asked, uploads);
        } catch (Problem problem) {
            throw problem.inParts(DumpFiles.dumpsOf(uploads.keySet()));
        }
    }

    private ComparisonReport compare(
            String owner, ComparisonRequest asked, MultiValueMap<String, MultipartFile> uploads) throws IOException {
        try (DumpFiles files = DumpFiles.open(uploads, asked.files(), directory, limits)) {
            return service.compare(owner, asked.dumps(files), asked.label());
        }
    }

    @GetMapping
    @Operation(
            operationId = "listComparisons",
            summary = "This key's kept comparisons in short, the newest first",
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
        return reports.page(
                owner, new ReportFilter(verdict == null ? null : verdict.name(), label, since, limit, after));
    }

    /** As it was answered, byte by byte. */
    @GetMapping("/{id}")
    @Operation(
            operationId = "findComparison",
            summary = "A kept comparison of this key",
            description =
                    "As JSON; as a page to look at (`text/html`, or `.html` behind the id); as JUnit's XML, a case for each tensor (`application/xml`, `.xml`); or as Markdown for a pull request (`text/markdown`, `.md`).")
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = ComparisonReport.class)),
                @Content(mediaType = MediaType.TEXT_HTML_VALUE, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.APPLICATION_XML_VALUE, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.TEXT_MARKDOWN_VALUE, schema = @Schema(type = "string"))
            })
    byte[] find(@RequestAttribute String owner, @PathVariable String id) {
        return reports.bytes(owner, id);
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.HTML)
    byte[] page(@RequestAttribute String owner, @PathVariable String id) {
        return new ComparisonDocument(reports.read(owner, id)).html();
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.XML)
    byte[] junit(@RequestAttribute String owner, @PathVariable String id) {
        return new ComparisonDocument(reports.read(owner, id)).junit();
    }

    @Hidden
    @GetMapping(path = "/{id}", produces = Forms.MARKDOWN)
    byte[] markdown(@RequestAttribute String owner, @PathVariable String id) {
        return new ComparisonDocument(reports.read(owner, id)).markdown();
    }

    @GetMapping("/{id}/summary")
    @Operation(operationId = "summariseComparison", summary = "A kept comparison in short")
    ComparisonSummary summary(@RequestAttribute String owner, @PathVariable String id) {
        return ComparisonSummary.of(reports.read(owner, id));
    }
}
