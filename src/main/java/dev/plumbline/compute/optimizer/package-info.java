/**
 * Adam and its family: one page each, shaped like its equations. Open {@link dev.plumbline.compute.optimizer.Adam} first,
 * then {@link dev.plumbline.compute.optimizer.Optimizer}, which takes a step, and
 * {@link dev.plumbline.compute.optimizer.Strip}, the small vector language the equations are written in.
 *
 * <p>A step is pure: state, parameters and gradients go in, new ones come out. For tensors too large to be copied,
 * {@link dev.plumbline.compute.optimizer.InPlaceStep} runs the same equations over arrays where they lie.
 */
@NullMarked
package dev.plumbline.compute.optimizer;

import org.jspecify.annotations.NullMarked;
