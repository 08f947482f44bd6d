package dev.plumbline.optimize.session;

import dev.plumbline.compute.optimizer.step.NonFinite;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.StepReport;
import dev.plumbline.compute.optimizer.step.Update;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a session's step.
 *
 * @param step steps taken so far, with which the new ETag begins
 * @param taken false where a NaN or an infinity forbade it: the session is then as it was
 * @param parameters after the step; null in the answer to a retry if the session has gone on since
 * @param update by parameter, how far it moved, and that divided by its norm
 * @param gradientNorm of all gradients together, before clipping
 * @param clippedTo what clipping by norm has multiplied the gradients by; 1 where it did nothing
 * @param nonFinites the first one of each tensor
 */
public record SessionStepReport(
        String id,
        long step,
        boolean taken,
        @Nullable Map<String, Tensor> parameters,
        Map<String, Update> update,
        double gradientNorm,
        double clippedTo,
        List<NonFinite> nonFinites) {

    static SessionStepReport of(String id, OptimizerStep step) {
        StepReport report = step.report();
        return new SessionStepReport(
                id,
                step.after().step(),
                step.taken(),
                null,
                report.updates(),
                report.gradientNorm(),
                report.clippedTo(),
                report.nonFinites());
    }

    SessionStepReport with(@Nullable Map<String, Tensor> others) {
        return new SessionStepReport(id, step, taken, others, update, gradientNorm, clippedTo, nonFinites);
    }
}
