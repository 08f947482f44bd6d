package dev.plumbline.compute.verification;

/** How much of a gradient is differenced. */
public enum Coverage {
    /** Exhaustive where that takes less than about a second, else certified. */
    AUTO,
    /** Our own gradient is certified along random directions, and every entry of the claim is held against it. */
    CERTIFIED,
    /** The same, and every entry is differenced. */
    EXHAUSTIVE,
    /** The same, and a seeded few entries of every tensor are differenced. */
    SAMPLED,
    /** Only directions are differenced, and the claim itself is held against them. */
    DIRECTIONAL
}
