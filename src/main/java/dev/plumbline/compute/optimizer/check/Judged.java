package dev.plumbline.compute.optimizer.check;

import java.util.Optional;

/**
 * A verdict and how it came about.
 *
 * @param choice what explains the steps; nothing where nothing does, or where they cannot be judged
 */
record Judged(OptimizerVerdict verdict, Judgement judgement, Optional<Judgement.Choice> choice) {

    /** The same with one sentence more. */
    Judged adding(String sentence) {
        return new Judged(verdict.adding(sentence), judgement, choice);
    }
}
