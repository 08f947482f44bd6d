/**
 * What the four rooms below share: what a request says of an optimizer's state, of clipping and of a schedule, and the files
 * beside it and in its answer. Open {@link dev.plumbline.optimize.TensorParts} first, then {@link
 * dev.plumbline.optimize.StepFile}, the names in those files; which optimizer is meant, says {@link
 * dev.plumbline.reader.OptimizerSource}.
 *
 * <p>Steps are in {@code optimize.step}, sessions in {@code optimize.session}, checks of somebody else's step in {@code
 * optimize.check}, training runs in {@code optimize.training}.
 */
@NullMarked
package dev.plumbline.optimize;

import org.jspecify.annotations.NullMarked;
