/**
 * Whether a gradient is right, by three witnesses: our own reverse mode, one-sided forward mode, and finite differences.
 * Open {@link dev.plumbline.compute.verification.Measurement} first: what is known about an objective at its point,
 * whatever anybody claims. Then {@link dev.plumbline.compute.verification.Examination}: claims held against it.
 */
@NullMarked
package dev.plumbline.compute.verification;

import org.jspecify.annotations.NullMarked;
