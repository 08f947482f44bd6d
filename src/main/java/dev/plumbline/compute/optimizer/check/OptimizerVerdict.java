package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import java.util.ArrayList;
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

    /** Accuses nobody: what was found holds if the schedule began where it was taken to begin, and is named beside. */
    public OptimizerVerdict atUnknownStep() {
        if (right() || explanation.fault().undecided()) {
            return this;
        }
        Fault unknown = Fault.STEP_UNKNOWN;
        List<Explanation> others = new ArrayList<>(alternatives);
        if (explanation.optimizer() != null) {
            others.add(0, explanation);
        }
        return new OptimizerVerdict(
                new Explanation(unknown, null, Double.POSITIVE_INFINITY, unknown.advice()),
                others,
                claimResidualUlps,
                Wording.capitalised(unknown.advice()) + ".");
    }

    /** The same with one sentence more. */
    public OptimizerVerdict adding(String sentence) {
        return new OptimizerVerdict(explanation, alternatives, claimResidualUlps, summary + " " + sentence);
    }
}
