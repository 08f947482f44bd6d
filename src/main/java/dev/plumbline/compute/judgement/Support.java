package dev.plumbline.compute.judgement;

/**
 * How well a hypothesis explains a wrong claim, in bits: the sum over the wrong entries of {@code log2(|a - n| /
 * tolerance)}, each at most {@link #CAP}.
 *
 * <p>An entry that the claim misses by a thousand times the tolerance, and the hypothesis hits, speaks with 10 bits. A
 * hypothesis that has a free parameter, or was picked from many, must pay for that; what is left over must be so much
 * that chance is no explanation. So a scalar is never called "scaled by 3.7", which any scalar is, and is called "twice
 * the reference" where it is that to nine digits.
 *
 * @param bits the sum; negative infinity where the hypothesis misses any entry at all
 * @param largest the largest term: what fitting one free parameter explains without being right
 */
record Support(double bits, double largest) {

    static final double CAP = 40;

    /** Bits that must be left over: a wrong name in a thousand by chance. */
    private static final double ENOUGH = 10;

    /** So many bits settle every question; nothing more is added up. */
    static final double AMPLE = 2000;

    static final Support NONE = new Support(Double.NEGATIVE_INFINITY, 0);

    /** Whether enough is left after paying {@code price} bits. */
    boolean affords(double price) {
        return bits - price >= ENOUGH;
    }

    /** The price of having been picked from so many hypotheses. */
    static double choice(double candidates) {
        return Math.log(Math.max(1, candidates)) / Math.log(2);
    }
}
