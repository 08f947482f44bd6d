package dev.plumbline.check;

import dev.plumbline.compute.difference.Progress.Phase;

/**
 * How far a check is.
 *
 * @param done of {@code total} pieces of this phase: directions, tensors, entries
 * @param evaluations of the objective, or of the part of it behind what was moved, in this phase so far
 * @param seconds since the check began
 */
public record GradientCheckProgress(Phase phase, long done, long total, long evaluations, double seconds) {}
