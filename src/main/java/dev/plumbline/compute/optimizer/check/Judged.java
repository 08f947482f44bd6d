package dev.plumbline.compute.optimizer.check;

import java.util.Optional;

/**
 * A verdict and how it came about.
 *
 * @param choice what explains the steps; nothing where nothing does, or where they cannot be judged
 */
record Judged(OptimizerVerdict verdict, Judgement judgement, Optional<Judgement.Choice> choice) {

    /** The same beside a claim that is so far off. */
    Judged ofClaim(double residualUlps) {
        return new Judged(
                new OptimizerVerdict(verdict.explanation(), verdict.alternatives(), residualUlps, verdict.summary()),
                judgement,
                choice.map(chosen -> new Judgement.Choice(chosen.chosen(), chosen.others(), residualUlps)));
    }

    /** The same with one sentence more. */
    Judged adding(String sentence) {
        return new Judged(verdict.adding(sentence), judgement, choice);
    }
}
