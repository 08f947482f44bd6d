/**
 * Adam and its family: one page each, shaped like its equations, with the conventions in which libraries differ. Open
 * {@link dev.plumbline.compute.optimizer.Adam} first, then {@link dev.plumbline.compute.optimizer.Optimizer}, what they
 * have in common.
 *
 * <p>They are written on {@link dev.plumbline.compute.optimizer.strip.Strip strips}; steps with them are taken in the
 * room {@code step}, of which nothing is known here.
 */
@NullMarked
package dev.plumbline.compute.optimizer;

import org.jspecify.annotations.NullMarked;
