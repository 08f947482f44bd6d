package dev.plumbline.compute.judgement;

/** What can be said about a claimed gradient, from best to worst. */
public enum Verdict {
    /** The claim agrees, as closely as rounding lets it. */
    PASS,
    /** There is no derivative at this point, and the claim lies inside the subgradient interval. */
    KINK,
    /** The numbers cannot tell. */
    INCONCLUSIVE,
    /** The claim disagrees by more than rounding and noise can explain. */
    FAIL;

    /** The worse of the two: a tensor is as bad as its worst entry, a report as its worst tensor. */
    public Verdict worse(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
