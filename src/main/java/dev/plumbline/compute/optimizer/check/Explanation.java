package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import org.jspecify.annotations.Nullable;

/**
 * One way to have made the observed steps.
 *
 * @param optimizer with the hyper-parameters that make them; null if nothing does
 * @param residualUlps the largest disagreement, in units of the last place of the parameter, or of the largest step of its
 *     tensor if that is larger
 * @param advice what is off and what to do
 */
public record Explanation(Fault fault, @Nullable Optimizer optimizer, double residualUlps, String advice) {}
