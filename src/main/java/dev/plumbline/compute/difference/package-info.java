/**
 * Numeric gradients of a {@link dev.plumbline.compute.program.Program}: this room answers the probes of {@code
 * compute.probe} with values of an objective, differences whole tensors, and certifies a reference gradient. Open {@link
 * dev.plumbline.compute.difference.NumericGradient} first, then {@link dev.plumbline.compute.difference.Certificate}.
 */
@NullMarked
package dev.plumbline.compute.difference;

import org.jspecify.annotations.NullMarked;
