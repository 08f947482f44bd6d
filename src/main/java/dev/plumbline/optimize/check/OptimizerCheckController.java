package dev.plumbline.optimize.check;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

@RestController
@RequestMapping(path = "/v1/optimizer-checks", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Optimizers")
class OptimizerCheckController {

    private final OptimizerCheckService service;

    OptimizerCheckController(OptimizerCheckService service) {
        this.service = service;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            operationId = "checkOptimizer",
            summary = "Check somebody else's step",
            description = "Says which optimizer and convention made a step, or what is off: bias correction missing or"
                    + " with the wrong t, betas swapped, sign, epsilon, momentum, weight decay, learning rate or its schedule,"
                    + " clipping, loss scale, groups, state not updated, two things at once. Schedule, clipping, loss scale"
                    + " and groups may be said; `state` may be PyTorch's `optimizer.state_dict()` as it is. A wrong step is a result: 200 and the verdict FAIL. Steps that cannot be judged (numbers"
                    + " that are not finite, zero gradients, a step missing between) are INCONCLUSIVE.")
    OptimizerCheckReport check(@RequestBody OptimizerCheckRequest request) {
        return service.report(request);
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Operation(
            operationId = "checkOptimizerOfFiles",
            summary = "Check somebody else's step, with files",
            description = "The same request as the part `request`, and files for the tensors: `before`, `gradients` and"
                    + " `after` (safetensors, npz, or a state_dict of torch.save), each once for a step, in order; `before` may"
                    + " be the first step's alone. `state` may be a file of moments (`s/<slot>/<name>`) or PyTorch's"
                    + " `optimizer.state_dict()` as torch.save writes it. Tensors without a gradient are not stepped and left"
                    + " out. Large tensors stay in their files: hypotheses are tried on a sample, and what is named holds of"
                    + " every number.")
    OptimizerCheckReport checkOfFiles(
            @RequestPart OptimizerCheckRequest request,
            @RequestPart(required = false) @Nullable List<MultipartFile> before,
            @RequestPart(required = false) @Nullable List<MultipartFile> gradients,
            @RequestPart(required = false) @Nullable List<MultipartFile> after,
            @RequestPart(required = false) @Nullable MultipartFile state)
            throws IOException {
        return service.report(request, new Uploads(before, gradients, after, state));
    }

    /** The files as they came. */
    record Uploads(
            @Nullable List<MultipartFile> before,
            @Nullable List<MultipartFile> gradients,
            @Nullable List<MultipartFile> after,
            @Nullable MultipartFile state) {}
}
