package dev.plumbline.compute.judgement;

/** Why an entry got its verdict. */
public enum Reason {
    /** PASS: the certified reference and a finite difference both agree with the claim. */
    AGREES,
    /** PASS: the certified reference agrees; a finite difference was not taken or cannot see. */
    AGREES_WITH_REFERENCE,
    /** PASS: there is no reference, and sharp numeric evidence agrees with the claim. */
    AGREES_WITH_NUMERIC,
    /** KINK: no derivative here, and the claim is a subgradient: one that some choice at the bends gives. */
    SUBGRADIENT,
    /** KINK: the objective has a derivative although parts of it bend; the claim is what a framework's convention gives. */
    CONVENTION,
    /** FAIL: no derivative here, and no choice at the bends gives the claim. */
    OUTSIDE_SUBGRADIENT,
    /** FAIL: the claim is not a finite number where the derivative is. */
    CLAIM_NOT_FINITE,
    /** FAIL: the claim differs from the certified reference, and a finite difference refutes it as well. */
    REFUTED,
    /** FAIL: the claim differs from the certified reference; a finite difference was not taken or cannot see. */
    DIFFERS_FROM_REFERENCE,
    /** INCONCLUSIVE: rounding in the claim's arithmetic is as large as the entry; agreement means nothing. */
    ROUNDING_DROWNS,
    /** INCONCLUSIVE: the objective jumps here, or leaves its domain; nothing is a derivative. */
    DISCONTINUOUS,
    /** INCONCLUSIVE: what happens at a bend or root hangs on more than three orders. */
    NOT_DECIDED,
    /** INCONCLUSIVE: forward and reverse mode disagree; the fault is ours. */
    OUR_OWN_RULES_DISAGREE,
    /** INCONCLUSIVE: the objective itself is not a finite number. */
    OBJECTIVE_NOT_FINITE,
    /** INCONCLUSIVE: there is no reference, and the numeric evidence is not sharp enough. */
    NOT_SHARP_ENOUGH,
    /** INCONCLUSIVE: there is no finite reference and no numeric evidence. */
    NOTHING_TO_COMPARE
}
