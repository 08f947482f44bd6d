package dev.plumbline.compute.verification;

import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;

/** The verdict on one entry and what it rests on. */
record Ruling(Verdict verdict, Reason reason) {

    static final Ruling PASS = new Ruling(Verdict.PASS, Reason.AGREES_WITH_REFERENCE);
    static final Ruling FAIL = new Ruling(Verdict.FAIL, Reason.DIFFERS_FROM_REFERENCE);
    static final Ruling NOT_FINITE = new Ruling(Verdict.FAIL, Reason.CLAIM_NOT_FINITE);
    static final Ruling NOTHING = new Ruling(Verdict.INCONCLUSIVE, Reason.NOTHING_TO_COMPARE);
    static final Ruling OBJECTIVE = new Ruling(Verdict.INCONCLUSIVE, Reason.OBJECTIVE_NOT_FINITE);
    static final Ruling JUMP = new Ruling(Verdict.INCONCLUSIVE, Reason.DISCONTINUOUS);
    static final Ruling UNDECIDED = new Ruling(Verdict.INCONCLUSIVE, Reason.NOT_DECIDED);
    static final Ruling SUBGRADIENT = new Ruling(Verdict.KINK, Reason.SUBGRADIENT);
    static final Ruling OUTSIDE = new Ruling(Verdict.FAIL, Reason.OUTSIDE_SUBGRADIENT);
    static final Ruling CONVENTION = new Ruling(Verdict.KINK, Reason.CONVENTION);
    static final Ruling DROWNS = new Ruling(Verdict.INCONCLUSIVE, Reason.ROUNDING_DROWNS);
    static final Ruling OURS = new Ruling(Verdict.INCONCLUSIVE, Reason.OUR_OWN_RULES_DISAGREE);
}
