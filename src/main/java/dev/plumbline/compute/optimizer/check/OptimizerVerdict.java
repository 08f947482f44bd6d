package dev.plumbline.compute.optimizer.check;

import java.util.List;

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

    /** The same with one sentence more. */
    OptimizerVerdict adding(String sentence) {
        return new OptimizerVerdict(explanation, alternatives, claimResidualUlps, summary + " " + sentence);
    }
}
