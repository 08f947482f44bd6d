/**
 * Steps, by any optimizer's equations. Open {@link dev.plumbline.compute.optimizer.step.TensorStep} first, which is pure:
 * state, parameters and gradients go in, new ones come out. For tensors too large to be copied, {@link
 * dev.plumbline.compute.optimizer.step.InPlaceStep} runs the same equations over arrays where they lie, {@link
 * dev.plumbline.compute.optimizer.step.SegmentStep} by segment and chunk.
 */
@NullMarked
package dev.plumbline.compute.optimizer.step;

import org.jspecify.annotations.NullMarked;
