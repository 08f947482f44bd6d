/**
 * Second opinions on a gradient, each a small law that a right one obeys: Taylor's theorem for the claim, and laws without
 * any difference for a reverse pass. Pure: nothing here sees a model. Open {@link
 * dev.plumbline.compute.consistency.TaylorTest} first, then {@link dev.plumbline.compute.consistency.ReversePassLaws}.
 */
@NullMarked
package dev.plumbline.compute.consistency;

import org.jspecify.annotations.NullMarked;
