/**
 * Whose step is this, and what is wrong with it: a search over a stated list of hypotheses. Open {@link
 * dev.plumbline.compute.optimizer.check.OptimizerCheck} first; the list is {@link
 * dev.plumbline.compute.optimizer.check.Hypotheses}
 * and, of what can be off together, {@link dev.plumbline.compute.optimizer.check.Deviations}. What no list holds is looked for
 * by {@link dev.plumbline.compute.optimizer.check.Searches}.
 */
@NullMarked
package dev.plumbline.compute.optimizer.check;

import org.jspecify.annotations.NullMarked;
