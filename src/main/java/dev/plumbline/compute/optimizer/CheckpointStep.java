package dev.plumbline.compute.optimizer;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What came of one step from a {@link Checkpoint}.
 *
 * @param taken false where non-finite numbers forbade it; {@code after} is then the checkpoint that came in
 * @param after FP32 tensors as float32, each number held once
 * @param gradientNorm over all tensors, before clipping; NaN or infinite with the gradients
 * @param clippedTo the factor that clipping by norm has put on the gradients; 1 where it did nothing
 * @param updates by parameter name; empty if the step was not taken
 * @param nonFinites the first one of each tensor
 */
public record CheckpointStep(
        boolean taken,
        Checkpoint after,
        double gradientNorm,
        double clippedTo,
        Map<String, Update> updates,
        List<NonFinite> nonFinites) {

    static CheckpointStep taken(Checkpoint after, StepReport report) {
        return new CheckpointStep(true, after, report.gradientNorm(), report.clippedTo(), report.updates(), List.of());
    }

    static CheckpointStep refused(Checkpoint before, StepReport report, List<NonFinite> nonFinites) {
        return new CheckpointStep(false, before, report.gradientNorm(), 1, Map.of(), nonFinites);
    }

    OptimizerStep inMemory(Map<String, Tensor> parameters, OptimizerState state) {
        return new OptimizerStep(taken, parameters, state, gradientNorm, clippedTo, updates, nonFinites);
    }
}
