/**
 * Whether a gradient is healthy: statistics of tensors, layers and activations, the profile by depth, and one small class
 * for each symptom. Open {@link dev.plumbline.compute.health.Diagnosis} first, then
 * {@link dev.plumbline.compute.health.Profile}, the list of rules with their thresholds, and
 * {@link dev.plumbline.compute.health.ModelReading}, which takes everything out of a program's own reverse pass. Rules that
 * look at the graph and the data find them in {@link dev.plumbline.compute.health.Surroundings}.
 *
 * <p>Everything is pure and looks at one point. A rule that cannot be judged says why; it is never silent.
 */
@NullMarked
package dev.plumbline.compute.health;

import org.jspecify.annotations.NullMarked;
