package dev.plumbline.compute.judgement;

/** Why an entry got its verdict. */
public enum Reason {
    /** PASS: numeric evidence and the certified reference both agree with the claim. */
    AGREES,
    /** PASS: the certified reference agrees; a finite difference was not taken or cannot see. */
    AGREES_WITH_REFERENCE,
    /** PASS: sharp numeric evidence agrees with the claim; there is no reference, or the evidence refutes it too. */
    AGREES_WITH_NUMERIC,
    /** KINK: no derivative here, and the claim lies between the one-sided slopes. */
    SUBGRADIENT,
    /** FAIL: no derivative here, and the claim lies outside the one-sided slopes. */
    OUTSIDE_SUBGRADIENT,
    /** FAIL: the claim is not a finite number where the derivative is. */
    CLAIM_NOT_FINITE,
    /** FAIL: numeric evidence refutes the claim. */
    REFUTED,
    /** FAIL: numeric evidence refutes the claim, and the reference, which agrees with it. */
    REFUTED_WITH_REFERENCE,
    /** FAIL: the claim differs from the certified reference; a finite difference was not taken or cannot see. */
    DIFFERS_FROM_REFERENCE,
    /** INCONCLUSIVE: there is no reference, and the numeric evidence is not sharp enough. */
    NOT_SHARP_ENOUGH,
    /** INCONCLUSIVE: there is no finite reference and no numeric evidence. */
    NOTHING_TO_COMPARE
}
