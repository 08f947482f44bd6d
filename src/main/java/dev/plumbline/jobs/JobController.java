package dev.plumbline.jobs;

import dev.plumbline.jobs.Job.State;
import dev.plumbline.problem.Problem;
import dev.plumbline.report.Page;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

@RestController
@RequestMapping(JobController.PATH)
@Tag(name = "Jobs", description = "How is my long work?")
class JobController {

    static final String PATH = "/v1/jobs";

    private final Jobs jobs;
    private final JobStreams streams;

    JobController(Jobs jobs, JobStreams streams) {
        this.jobs = jobs;
        this.streams = streams;
    }

    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "listJobs",
            summary = "This key's jobs in short, the newest first",
            description = "In pages; `next` is what to ask for `after` to get the next one.")
    Page<Job> list(
            @RequestAttribute String owner,
            @RequestParam(defaultValue = Page.USUAL) int limit,
            @RequestParam(required = false) @Nullable String after) {
        return jobs.page(owner, limit, Page.behind(after));
    }

    @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "findJob",
            summary = "How a job is, and its report when it is done",
            description = "With `Prefer: wait=10` the answer comes once the job has ended, but after ten seconds at the"
                    + " latest; 60 at most.")
    Job find(
            @RequestAttribute String owner,
            @PathVariable String id,
            @Parameter(description = "`wait` and a number of seconds", example = "wait=10")
                    @RequestHeader(name = Preference.HEADER, required = false)
                    @Nullable
                    String prefer,
            HttpServletRequest http) {
        jobs.await(owner, id, Preference.of(http).seconds());
        return jobs.whole(owner, id);
    }

    @GetMapping(path = "/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @Operation(
            operationId = "followJob",
            summary = "How a job is, as it goes on",
            description =
                    "Events named `progress` hold the job; at its end comes `report`, `problem` with why it failed, or"
                            + " `cancelled`. Their ids count: with Last-Event-ID a stream goes on behind one, over restarts of the"
                            + " service too, and who has seen the end gets 204.")
    @ApiResponse(
            responseCode = "200",
            content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE, schema = @Schema(type = "string")))
    @ApiResponse(responseCode = "204", description = "The end has been seen", content = @Content)
    ResponseEntity<SseEmitter> follow(
            @RequestAttribute String owner,
            @PathVariable String id,
            @RequestHeader(name = "Last-Event-ID", defaultValue = "") String lastEventId) {
        long last = version(lastEventId);
        JobStore.Seen seen = jobs.seen(owner, id);
        if (last > seen.version()) {
            throw unknown(lastEventId, "the id of an event of this job, of which the last has " + seen.version());
        }
        State state = seen.job().state();
        return state.isOver() && last >= seen.version()
                ? ResponseEntity.noContent().build()
                : ResponseEntity.ok(streams.open(owner, id, last));
    }

    private static long version(String lastEventId) {
        if (!lastEventId.matches("\\d{0,18}")) {
            throw unknown(lastEventId, "the id of an event");
        }
        return lastEventId.isEmpty() ? 0 : Long.parseLong(lastEventId);
    }

    private static Problem unknown(String lastEventId, String expected) {
        return Problem.invalid("", "the Last-Event-ID is none of ours", lastEventId, expected);
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            operationId = "cancelJob",
            summary = "Cancel a job",
            description = "It stops within a second, between two operations. One that has ended is dropped; its report"
                    + " stays with the others.")
    void cancel(@RequestAttribute String owner, @PathVariable String id) {
        jobs.cancel(owner, id);
    }
}
