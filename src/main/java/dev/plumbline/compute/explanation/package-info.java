/**
 * Where a wrong gradient comes from: which operation, which rule, which path or which samples. A mistake is named only if the
 * gradient that it makes is the claim, entry by entry.
 *
 * <p>Open {@link dev.plumbline.compute.explanation.Search} first: the order in which hypotheses are tried. {@link
 * dev.plumbline.compute.explanation.Fit} says when one explains. Where hooks saw values on the way, {@link
 * dev.plumbline.compute.explanation.OperationsAlone} judges every operation by itself.
 */
@NullMarked
package dev.plumbline.compute.explanation;

import org.jspecify.annotations.NullMarked;
