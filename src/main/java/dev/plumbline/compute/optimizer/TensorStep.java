package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.StepReport.Outcome;
import dev.plumbline.tensor.TensorSource;
import java.util.List;
import java.util.Map;

/** A pure step: loads what comes in, and steps in place on what it has loaded. */
record TensorStep(Optimizer optimizer, Clipping clipping) {

    CheckpointStep take(Checkpoint before, Map<String, ? extends TensorSource> gradients) {
        LoadedTensors tensors = new LoadedTensors(optimizer, before, gradients);
        List<TensorArrays> arrays = tensors.arrays();
        StepReport report = new InPlaceStep(optimizer, clipping, true).take(before.step() + 1, arrays);
        if (report.outcome() == Outcome.TAKEN) {
            return CheckpointStep.taken(tensors.after(arrays), report);
        }
        List<NonFinite> unusable = tensors.nonFinites();
        return CheckpointStep.refused(before, report, unusable.isEmpty() ? report.nonFinites() : unusable);
    }
}
