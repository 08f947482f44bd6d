/**
 * Gradient checks: is my gradient right? Open {@link dev.plumbline.check.GradientCheckController} first, then {@link
 * dev.plumbline.check.GradientCheckService}, which reads as the order of work: read the model, take the reference
 * gradient, difference it numerically, judge the claim, write the report.
 */
@NullMarked
package dev.plumbline.check;

import org.jspecify.annotations.NullMarked;
