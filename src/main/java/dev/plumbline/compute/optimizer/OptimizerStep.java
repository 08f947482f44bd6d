package dev.plumbline.compute.optimizer;

import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What came of one step.
 *
 * @param taken false where non-finite numbers forbade it; parameters and state are then those that came in
 * @param gradientNorm over all tensors, before clipping; NaN or infinite with the gradients
 * @param clippedTo the factor that clipping by norm has put on the gradients; 1 where it did nothing
 * @param updates by parameter name; empty if the step was not taken
 * @param nonFinites the first one of each tensor
 */
public record OptimizerStep(
        boolean taken,
        Map<String, Tensor> parameters,
        OptimizerState state,
        double gradientNorm,
        double clippedTo,
        Map<String, Update> updates,
        List<NonFinite> nonFinites) {}
