package dev.plumbline.compute.judgement;

/** Why a finite difference cannot see a derivative. */
public enum Blindness {
    /** The derivative is smaller than the error bound: {@code sigma / h} drowns it. */
    BELOW_FLOOR("the derivative is smaller than a finite difference can resolve"),
    /** The objective jitters too much. */
    NOISE("the objective is too noisy"),
    /** An operation bends or jumps nearer than any step. */
    EDGE("the objective bends at or next to this point, nearer than any step"),
    /** The objective was not finite at some step. */
    NON_FINITE("the objective is not finite near this point");

    private final String words;

    Blindness(String words) {
        this.words = words;
    }

    /** As part of a sentence. */
    public String words() {
        return words;
    }
}
