package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.StepReport.Outcome;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.List;
import java.util.Map;

/**
 * A pure step: loads what comes in, which stays as it is, and steps in place on what it has loaded.
 *
 * <p>Where a gradient, a parameter or a moment is not finite, or would not be after the step, there is no step: the
 * result holds the parameters and the state that came in, and says where the number was met. (PyTorch would write the
 * NaN into the moments, from where it never leaves; its gradient scaler skips such steps, as this does.)
 */
public record TensorStep(Optimizer optimizer, Clipping clipping) {

    /** Without clipping. */
    public TensorStep(Optimizer optimizer) {
        this(optimizer, Clipping.NONE);
    }

    /** @param gradients one for each parameter, of its shape */
    public OptimizerStep take(OptimizerState before, Map<String, Tensor> parameters, Map<String, Tensor> gradients) {
        return take(new Checkpoint(before.step(), parameters, before.slots()), gradients);
    }

    /**
     * Takes a step of tensors wherever they lie. Everything that can be known without reading a value is checked first;
     * then each tensor is loaded once, FP32 as float32.
     */
    public OptimizerStep take(Checkpoint before, Map<String, ? extends TensorSource> gradients) {
        LoadedTensors tensors = new LoadedTensors(optimizer, before, gradients);
        List<TensorArrays> arrays = tensors.arrays();
        StepReport report = new InPlaceStep(optimizer, clipping, true).take(before.step() + 1, arrays);
        if (report.outcome() == Outcome.TAKEN) {
            return new OptimizerStep(tensors.after(arrays), report);
        }
        List<NonFinite> unusable = tensors.nonFinites();
        return new OptimizerStep(before, report.refused(unusable.isEmpty() ? report.nonFinites() : unusable));
    }

    /** Refuses, without reading a value, what no gradient could make a step of. */
    public void requireForms(Checkpoint before) {
        LoadedTensors.require(optimizer, before);
    }
}
