package dev.plumbline.optimize;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.check.Explanation;
import dev.plumbline.compute.optimizer.check.Fault;
import dev.plumbline.compute.optimizer.check.OptimizerVerdict;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whose steps these are, and what is off.
 *
 * @param verdict PASS if the claim made the steps, or, without a claim, if an optimizer was found; INCONCLUSIVE if there was
 *     no claim and none was found, or if the steps cannot be judged: numbers that are not finite, zero gradients, a gap
 * @param summary one or two plain sentences
 * @param explanation the claim if it holds, else what explains the steps best
 * @param alternatives what these numbers cannot tell from it
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
     * @param optimizer every hyper-parameter; null where nothing explains the steps
     * @param residualUlps the largest disagreement, in units of the last place
     */
    public record ExplanationReport(
            Fault fault, @Nullable Map<String, Object> optimizer, double residualUlps, String advice) {

        static ExplanationReport of(Explanation explanation) {
            return new ExplanationReport(
                    explanation.fault(),
                    explanation.optimizer() == null ? null : HyperParameters.of(explanation.optimizer()),
                    explanation.residualUlps(),
                    explanation.advice());
        }
    }

    static OptimizerCheckReport of(OptimizerVerdict verdict, boolean claimed) {
        Explanation explanation = verdict.explanation();
        Fault fault = explanation.fault();
        boolean inconclusive = fault.undecided() || (!claimed && fault == Fault.UNEXPLAINED);
        Verdict word = verdict.right() ? Verdict.PASS : inconclusive ? Verdict.INCONCLUSIVE : Verdict.FAIL;
        return new OptimizerCheckReport(
                word,
                verdict.summary(),
                ExplanationReport.of(explanation),
                verdict.alternatives().stream().map(ExplanationReport::of).toList(),
                verdict.claimResidualUlps());
    }
}
