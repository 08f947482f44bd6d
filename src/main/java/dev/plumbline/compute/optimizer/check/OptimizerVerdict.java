package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The judgement of a step.
 *
 * @param explanation the claim itself if it holds; else what explains the steps best; else {@link Fault#UNEXPLAINED}, or why
 *     the steps cannot be judged
 * @param alternatives what these numbers cannot tell from it
 * @param claimResidualUlps how far the claim itself is off; NaN where there was none
 * @param summary one or two plain sentences
 */
public record OptimizerVerdict(
        Explanation explanation, List<Explanation> alternatives, double claimResidualUlps, String summary) {

    public boolean right() {
        return explanation.fault() == Fault.RIGHT;
    }

    /** The same of other optimizers. */
    OptimizerVerdict with(UnaryOperator<Optimizer> change) {
        return new OptimizerVerdict(
                explanation.by(change),
                alternatives.stream().map(other -> other.by(change)).toList(),
                claimResidualUlps,
                summary);
    }

    /** The same with one sentence more. */
    public OptimizerVerdict adding(String sentence) {
        return new OptimizerVerdict(explanation, alternatives, claimResidualUlps, summary + " " + sentence);
    }
}
