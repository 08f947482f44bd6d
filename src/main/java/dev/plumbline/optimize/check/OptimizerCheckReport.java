package dev.plumbline.optimize.check;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.check.Estimate;
import dev.plumbline.compute.optimizer.check.Explanation;
import dev.plumbline.compute.optimizer.check.Fault;
import dev.plumbline.compute.optimizer.check.OptimizerVerdict;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whose steps these are, and what is off.
 *
 * @param verdict PASS if the claim made the steps, or, without a claim, if an optimizer was found; INCONCLUSIVE if no
 *     number was claimed and none was found, or if the steps cannot be judged: numbers that are not finite, zero gradients, a gap
 * @param summary one or two plain sentences
 * @param explanation the claim if it holds, else what explains the steps best
 * @param alternatives what these numbers cannot tell from it, five at most
 * @param claimResidualUlps how far the claim is off; NaN where there was none
 */
public record OptimizerCheckReport(
        Verdict verdict,
        String summary,
        ExplanationReport explanation,
        List<ExplanationReport> alternatives,
        double claimResidualUlps) {

    /**
     * One way to have made the steps.
     *
     * @param faults what is off; more than one where {@code fault} is {@code several}
     * @param optimizer every hyper-parameter; null where nothing explains the steps
     * @param defaultsOf the libraries whose defaults these are, but for the learning rate
     * @param residualUlps the largest disagreement, in units of the last place
     * @param estimates of numbers that were not claimed, and between what other values they would explain the steps too
     * @param tellsApart what would tell an alternative from the explanation
     */
    public record ExplanationReport(
            Fault fault,
            List<Fault> faults,
            @Nullable Map<String, Object> optimizer,
            List<Preset> defaultsOf,
            double residualUlps,
            String advice,
            List<Estimate> estimates,
            String tellsApart) {

        static ExplanationReport of(Explanation explanation) {
            return new ExplanationReport(
                    explanation.fault(),
                    explanation.faults(),
                    explanation.optimizer() == null ? null : HyperParameters.of(explanation.optimizer()),
                    explanation.defaultsOf(),
                    explanation.residualUlps(),
                    explanation.advice(),
                    explanation.estimates(),
                    explanation.tellsApart());
        }
    }

    static OptimizerCheckReport of(OptimizerVerdict verdict, boolean refutable) {
        Explanation explanation = verdict.explanation();
        Fault fault = explanation.fault();
        boolean inconclusive = fault.undecided() || (!refutable && fault == Fault.UNEXPLAINED);
        Verdict word = verdict.right() ? Verdict.PASS : inconclusive ? Verdict.INCONCLUSIVE : Verdict.FAIL;
        return new OptimizerCheckReport(
                word,
                verdict.summary(),
                ExplanationReport.of(explanation),
                verdict.alternatives().stream().map(ExplanationReport::of).toList(),
                verdict.claimResidualUlps());
    }
}
