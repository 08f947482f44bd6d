/**
 * What the equations of optimizers are written on, without knowing one. Open {@link
 * dev.plumbline.compute.optimizer.strip.Strip} first, the small vector language, then {@link
 * dev.plumbline.compute.optimizer.strip.Rule}, equations over a {@link dev.plumbline.compute.optimizer.strip.Chunk}.
 */
@NullMarked
package dev.plumbline.compute.optimizer.strip;

import org.jspecify.annotations.NullMarked;
