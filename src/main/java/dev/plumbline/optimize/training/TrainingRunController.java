package dev.plumbline.optimize.training;

import dev.plumbline.compute.health.Diagnosis.Verdict;
import dev.plumbline.jobs.MayBeAJob;
import dev.plumbline.library.ModelLibrary;
import dev.plumbline.limits.Limits;
import dev.plumbline.limits.Presence;
import dev.plumbline.report.EventStream;
import dev.plumbline.report.Page;
import dev.plumbline.report.ReportFilter;
import dev.plumbline.report.ReportItem;
import dev.plumbline.report.Upload;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import tools.jackson.databind.json.JsonMapper;

@RestController
@RequestMapping("/v1/training-runs")
@Tag(name = "Optimizers", description = "Is my optimizer step right, and can you take it for me?")
class TrainingRunController {

    /** A caller who has hung up is noticed by the second of these that cannot be sent. */
    private static final Duration PULSE = Duration.ofSeconds(1);

    /** How often a run that is answered at its end looks whether its caller is still there. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private static final String SUMMARY = "Train a model";

    private static final String DESCRIPTION = """
            Takes steps until a stopping rule or the last iteration, and returns the loss curve, the parameters and how the \
            gradient fared: diagnoses of the first and the last iteration, norms and update ratios by layer, and what the \
            loss did. A loss that is not finite stops the run at once and is a result. Whoever will not wait for \
            the last iteration says how many seconds in `wait`, and gets what was reached by then.

            With `Accept: text/event-stream` the first event is named `started` and has the run's id, which `DELETE \
            /v1/training-runs/{id}` takes; progress comes as events named `progress`, and the same report as the last \
            event, named `report`; or `problem`, where one of a later batch is met, which holds what a refusal does. Between events that are far apart comes a comment \
            every second, so that who hangs up cancels the run.

            As JSON, or as multipart: the part `request` holds the same JSON, and files take the place of what is left \
            out of it: `model` (ONNX), `weights` (what it keeps in files beside it, by their names), `parameters` and `data` (safetensors, npz or npy).""";

    private final TrainingRunService service;
    private final TrainingRuns runs;
    private final KeptTrainingRuns kept;
    private final Limits limits;
    private final ModelLibrary library;
    private final JsonMapper json;

    TrainingRunController(
            TrainingRunService service,
            TrainingRuns runs,
            KeptTrainingRuns kept,
            Limits limits,
            ModelLibrary library,
            JsonMapper json) {
        this.kept = kept;
        this.library = library;
        this.service = service;
        this.runs = runs;
        this.limits = limits;
        this.json = json;
    }

    @MayBeAJob("training-runs")
    @PostMapping(
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.TEXT_EVENT_STREAM_VALUE})
    @Operation(operationId = "train", summary = SUMMARY, description = DESCRIPTION)
    @Nullable
    TrainingRunReport train(
            @RequestAttribute String owner,
            @RequestBody TrainingRunRequest request,
            HttpServletRequest http,
            HttpServletResponse response) {
        TrainingRunRequest whole = request.with(new Upload(limits), library.card(owner));
        return EventStream.isWanted(http) ? stream(owner, whole, response) : answer(owner, whole);
    }

    @MayBeAJob("training-runs")
    @PostMapping(
            consumes = MediaType.MULTIPART_FORM_DATA_VALUE,
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.TEXT_EVENT_STREAM_VALUE})
    @Operation(operationId = "train", summary = SUMMARY, description = DESCRIPTION)
    @Nullable
    TrainingRunReport trainFiles(
            @RequestAttribute String owner,
            @RequestPart TrainingRunRequest request,
            @RequestPart(required = false) @Nullable MultipartFile model,
            @RequestPart(required = false) @Nullable List<MultipartFile> weights,
            @RequestPart(required = false) @Nullable MultipartFile parameters,
            @RequestPart(required = false) @Nullable MultipartFile data,
            HttpServletRequest http,
            HttpServletResponse response) {
        return new Upload(limits, model, parameters, data)
                .weights(weights)
                .<@Nullable TrainingRunReport>answer(files -> {
                    TrainingRunRequest whole = request.with(files, library.card(owner));
                    return EventStream.isWanted(http) ? stream(owner, whole, response) : answer(owner, whole);
                });
    }

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "listTrainingRuns",
            summary = "This key's kept reports of training runs in short, the newest first",
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

    @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "findTrainingRun",
            summary = "The report of a run that has ended",
            description =
                    "Without the parameters, which are answered once. As JSON; as a page to look at (`text/html`, or `.html` behind the id); as JUnit's XML, a case for each rule (`application/xml`, `.xml`); or as Markdown for a pull request (`text/markdown`, `.md`).")
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                        schema = @Schema(implementation = TrainingRunReport.class)),
                @Content(mediaType = MediaType.TEXT_HTML_VALUE, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.APPLICATION_XML_VALUE, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.TEXT_MARKDOWN_VALUE, schema = @Schema(type = "string"))
            })
    byte[] find(@RequestAttribute String owner, @PathVariable String id) {
        return kept.bytes(owner, id);
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            operationId = "cancelTrainingRun",
            summary = "Cancel a run",
            description =
                    "The run stops at its next iteration, and its report, with the parameters as they are by then,"
                            + " comes as its last event.")
    void cancel(@RequestAttribute String owner, @PathVariable String id) {
        runs.cancel(owner, id);
    }

    private TrainingRunReport answer(String owner, TrainingRunRequest request) {
        String id = UUID.randomUUID().toString();
        TrainingRunHandle handle = new TrainingRunHandle(id, progress -> {}, Presence.current()::check, BETWEEN_LOOKS);
        return train(owner, request, handle);
    }

    /** The report is kept without its parameters, which may be a whole model. */
    private TrainingRunReport train(String owner, TrainingRunRequest request, TrainingRunHandle handle) {
        TrainingRunReport earlier = kept.earlier(owner, request.comparedWith());
        TrainingRunReport report = runs.during(owner, handle, () -> service.train(request, handle))
                .named(handle.id(), request.label())
                .since(earlier);
        kept.keep(owner, report);
        return report;
    }

    /** The first event has the run's id; a caller who hangs up stops the run. */
    private @Nullable TrainingRunReport stream(String owner, TrainingRunRequest request, HttpServletResponse response) {
        EventStream events = new EventStream(response, json);
        String id = UUID.randomUUID().toString();
        events.<TrainingRunProgress, @Nullable TrainingRunReport>answer(progress -> {
            Consumer<TrainingRunProgress> listener = told -> {
                if (!response.isCommitted()) {
                    events.send("started", Map.of("id", id));
                }
                progress.accept(told);
            };
            TrainingRunHandle handle = new TrainingRunHandle(id, listener, events::pulse, PULSE);
            TrainingRunReport report = train(owner, request, handle);
            return handle.isDeserted() ? null : report;
        });
        return null;
    }
}
