package dev.plumbline.diagnose.monitor;

import dev.plumbline.compute.health.course.Snapshot;
import dev.plumbline.diagnose.monitor.MonitorService.Handle;
import dev.plumbline.limits.Limits;
import dev.plumbline.report.Upload;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
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
@RequestMapping(path = MonitorController.PATH + "/{id}/snapshots", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Monitors")
class SnapshotController {

    private final MonitorService service;
    private final Limits limits;

    SnapshotController(MonitorService service, Limits limits) {
        this.service = service;
        this.limits = limits;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "postSnapshot",
            summary = "Say how a run is at a step",
            description = "The loss, and gradients or their norms. The answer, given once it is committed, holds the"
                    + " findings that arose with this step. The same step with the same figures may come again and"
                    + " counts once; with other figures the answer is 409, as for a step that has been passed.")
    SnapshotReport post(@RequestAttribute String owner, @PathVariable String id, @RequestBody SnapshotRequest request) {
        return service.post(new Handle(owner, id), request.rank(), request.snapshot());
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Operation(
            operationId = "postSnapshotOfFiles",
            summary = "Say how a run is at a step, with files",
            description = "The same request as the part `request`, and files for `gradients` and `parameters`"
                    + " (safetensors, npz or npy).")
    SnapshotReport postFiles(
            @RequestAttribute String owner,
            @PathVariable String id,
            @RequestPart SnapshotRequest request,
            @RequestPart(required = false) @Nullable MultipartFile gradients,
            @RequestPart(required = false) @Nullable MultipartFile parameters) {
        return new Upload(limits, gradients, parameters)
                .answer(files -> service.post(
                        new Handle(owner, id),
                        request.rank(),
                        request.with(files).snapshot()));
    }

    @GetMapping
    @Operation(
            operationId = "listSnapshots",
            summary = "The last snapshots",
            description = "As many as the window has, oldest first, each with its spikes.")
    List<Snapshot> list(
            @RequestAttribute String owner,
            @PathVariable String id,
            @Parameter(description = "only those after this step") @RequestParam(defaultValue = "-1") long after) {
        return service.snapshots(new Handle(owner, id), after);
    }
}
