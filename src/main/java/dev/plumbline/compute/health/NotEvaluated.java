package dev.plumbline.compute.health;

/** A rule that could not be judged, and why. */
public record NotEvaluated(Symptom rule, String because) {}
