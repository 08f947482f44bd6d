package dev.plumbline.compute.judgement;

/**
 * A mistake that explains a claim, and how much had to be assumed: the simplest explanation is the one that is named.
 *
 * @param complexity one of the constants here, or a little above
 * @param law the line with its slope, where another tensor could obey the very same one; else {@link Law#NONE}
 */
record Explanation(Mistake mistake, int complexity, Law law) {

    /** Nothing to choose: zero, the opposite sign. */
    static final int PLAIN = 0;

    /** One of a handful: a factor of 2 or the batch size, another datatype, another order of axes. */
    static final int NAMED = 2;

    /** One of as many as there are entries, rows or integers. */
    static final int COUNTED = 5;

    /** A number of at most two digits, such as 0.01. */
    static final int ROUND = 8;

    /** Any number. */
    static final int FREE = 12;

    /** The wrong entries are where they are, their values are anything. */
    static final int PLACE = 20;

    static final int PLACES = 30;

    Explanation(Mistake mistake, int complexity) {
        this(mistake, complexity, Law.NONE);
    }
}
