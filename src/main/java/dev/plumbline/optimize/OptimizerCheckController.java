package dev.plumbline.optimize;

import dev.plumbline.limits.Limits;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(path = "/v1/optimizer-checks", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Optimizers")
class OptimizerCheckController {

    /** Hypotheses that are tried, each a step of some twenty nanoseconds an entry, roughly. */
    private static final double SECONDS = 2_500 * 20e-9;

    private final Limits limits;

    OptimizerCheckController(Limits limits) {
        this.limits = limits;
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
        double entries = request.steps().stream()
                .flatMap(step -> step.before().values().stream())
                .mapToDouble(tensor -> tensor.size())
                .sum();
        limits.requireSeconds(SECONDS * entries);
        return OptimizerCheckReport.of(request.check().judge(), request.optimizer() != null);
    }
}
