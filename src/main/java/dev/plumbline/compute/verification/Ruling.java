package dev.plumbline.compute.verification;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

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

    /** A claim against what is held to be right, within what rounding explains. */
    static Ruling of(double claim, double reference, double allowance) {
        if (Double.isInfinite(allowance) && Double.isFinite(claim) && Double.isFinite(reference)) {
            return DROWNS;
        }
        if (Comparison.isBeyond(claim, reference, allowance)) {
            return Double.isFinite(claim) ? FAIL : NOT_FINITE;
        }
        return Comparison.isUndefined(claim, reference, allowance) ? NOTHING : PASS;
    }

    /**
     * The comparison whose deviations and allowances amount to these rulings.
     *
     * @param rulings by entry; null where it is not judged
     */
    static Comparison comparison(
            String name, Tensor claim, double[] references, Tensor allowances, @Nullable Ruling[] rulings) {
        double[] reference = references.clone();
        double[] allowance = allowances.values().clone();
        for (int i = 0; i < rulings.length; i++) {
            Ruling ruling = rulings[i];
            if (ruling != null) {
                double off = Math.abs(claim.at(i) - reference[i]);
                switch (ruling.verdict()) {
                    case INCONCLUSIVE -> {
                        allowance[i] = Double.POSITIVE_INFINITY;
                        reference[i] = Double.isFinite(claim.at(i)) ? reference[i] : Double.NaN;
                    }
                    case KINK -> reference[i] = claim.at(i);
                    case PASS -> allowance[i] = Math.max(allowance[i], off);
                    case FAIL -> allowance[i] = Math.min(allowance[i], off * (1 - 0x1p-40));
                }
            }
        }
        return new Comparison(name, claim, Tensor.of(claim.shape(), reference), Tensor.of(claim.shape(), allowance));
    }
}
