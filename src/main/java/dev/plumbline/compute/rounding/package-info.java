/**
 * What rounding explains: how far a right gradient, computed in the arithmetic of its claim, may be from the exact one.
 * Open {@link dev.plumbline.compute.rounding.Allowances} first; the arithmetics themselves are {@code compute.program}'s
 * {@link dev.plumbline.compute.program.Rounding}.
 */
@NullMarked
package dev.plumbline.compute.rounding;

import org.jspecify.annotations.NullMarked;
