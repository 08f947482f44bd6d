package dev.plumbline.compute.comparison;

/** How a tensor of one dump stands to that of the other, the nearest first. */
public enum Relation {
    /** Every number is the same. */
    EQUAL,
    /** No further apart than {@code a} is from its own repeats. */
    WITHIN_NOISE,
    /** No further apart than rounding in their datatypes, or the tolerance asked for, explains. */
    WITHIN_ROUNDING,
    DIFFERENT
}
