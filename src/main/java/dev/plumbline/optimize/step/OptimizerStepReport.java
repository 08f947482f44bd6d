package dev.plumbline.optimize.step;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.NonFinite;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.StepReport;
import dev.plumbline.compute.optimizer.step.Update;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What came of a step.
 *
 * @param taken false where a NaN or an infinity forbade it: parameters and state are then those that came in
 * @param state goes into the next step as it is
 * @param optimizer every hyper-parameter, resolved
 * @param update by parameter, how far it moved, and that divided by its norm
 * @param gradientNorm of all gradients together, before clipping
 * @param clippedTo what clipping by norm has multiplied the gradients by; 1 where it did nothing
 * @param nonFinites the first one of each tensor
 */
public record OptimizerStepReport(
        boolean taken,
        Map<String, Tensor> parameters,
        OptimizerState state,
        Map<String, Object> optimizer,
        Map<String, Update> update,
        double gradientNorm,
        double clippedTo,
        List<NonFinite> nonFinites) {

    /** The answer without its tensors, for files that hold those. */
    record Figures(
            boolean taken,
            long step,
            Map<String, Object> optimizer,
            Map<String, Update> update,
            double gradientNorm,
            double clippedTo,
            List<NonFinite> nonFinites) {

        static Figures of(OptimizerStep step, Optimizer optimizer) {
            StepReport report = step.report();
            return new Figures(
                    step.taken(),
                    step.after().step(),
                    HyperParameters.of(optimizer),
                    report.updates(),
                    report.gradientNorm(),
                    report.clippedTo(),
                    report.nonFinites());
        }
    }

    static OptimizerStepReport of(OptimizerStep step, Optimizer optimizer) {
        StepReport report = step.report();
        return new OptimizerStepReport(
                step.taken(),
                step.after().tensors(),
                step.after().state(),
                HyperParameters.of(optimizer),
                report.updates(),
                report.gradientNorm(),
                report.clippedTo(),
                report.nonFinites());
    }
}
