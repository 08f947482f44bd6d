package dev.plumbline.compute.health;

/** What a rule looks for. */
public enum Symptom {
    NON_FINITE,
    VANISHING,
    EXPLODING,
    DEAD_UNITS,
    SATURATION,
    UPDATE_RATIO,
    INITIALISATION,
    LOSS,
    DATA
}
