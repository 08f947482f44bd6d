/**
 * One step of an optimizer: tensors go in, tensors come out, and nothing is kept. Open {@code OptimizerStepService} first, then
 * {@link dev.plumbline.optimize.step.OptimizerStepRequest}, which turns itself into the step that is meant.
 */
@NullMarked
package dev.plumbline.optimize.step;

import org.jspecify.annotations.NullMarked;
