package dev.plumbline.compute.optimizer.check;

import java.util.Optional;

/**
 * A verdict and how it came about.
 *
 * @param choice what explains the steps; nothing where nothing does, or where they cannot be judged
 */
record Judged(OptimizerVerdict verdict, Judgement judgement, Optional<Judgement.Choice> choice) {}
