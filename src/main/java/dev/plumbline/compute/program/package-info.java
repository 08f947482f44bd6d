/**
 * The heart: a {@link dev.plumbline.compute.program.Program} is an immutable graph of primitive operations; it is
 * evaluated, differentiated in reverse, and evaluated at many nearby points at once.
 *
 * <p>Open {@link dev.plumbline.compute.program.Op} first, then {@link dev.plumbline.compute.program.Program}. Values live
 * in Java arrays; matrix products, and with them convolutions, run on ND4J ({@link
 * dev.plumbline.compute.program.MatrixProduct} says why, with figures). Readers build programs with {@link
 * dev.plumbline.compute.program.ProgramBuilder}, and compose everything larger from primitives.
 */
@NullMarked
package dev.plumbline.compute.program;

import org.jspecify.annotations.NullMarked;
