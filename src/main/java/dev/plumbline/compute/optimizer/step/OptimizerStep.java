package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.step.StepReport.Outcome;
import dev.plumbline.tensor.Tensor;
import java.util.Map;

/**
 * What came of a {@link TensorStep}.
 *
 * @param after FP32 tensors as float32, each number held once; the checkpoint that came in if the step was not taken
 * @param report with the norm of the gradients; it never tells of spoiled arrays, for those were the step's own
 */
public record OptimizerStep(Checkpoint after, StepReport report) {

    /** False where non-finite numbers forbade it; parameters and state are then those that came in. */
    public boolean taken() {
        return report.outcome() == Outcome.TAKEN;
    }

    /** The parameters in memory, FP32 ones made anew each time. */
    public Map<String, Tensor> parameters() {
        return after.tensors();
    }

    /** The state in memory, FP32 moments made anew each time. */
    public OptimizerState state() {
        return after.state();
    }
}
