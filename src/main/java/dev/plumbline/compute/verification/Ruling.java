package dev.plumbline.compute.verification;

import dev.plumbline.compute.judgement.Comparison;
import dev.plumbline.compute.judgement.Reason;
import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Tensor;

/** The verdict on one entry and what it rests on. */
enum Ruling {
    PASS(Verdict.PASS, Reason.AGREES_WITH_REFERENCE),
    FAIL(Verdict.FAIL, Reason.DIFFERS_FROM_REFERENCE),
    NOT_FINITE(Verdict.FAIL, Reason.CLAIM_NOT_FINITE),
    NOTHING(Verdict.INCONCLUSIVE, Reason.NOTHING_TO_COMPARE),
    OBJECTIVE(Verdict.INCONCLUSIVE, Reason.OBJECTIVE_NOT_FINITE),
    JUMP(Verdict.INCONCLUSIVE, Reason.DISCONTINUOUS),
    UNDECIDED(Verdict.INCONCLUSIVE, Reason.NOT_DECIDED),
    SUBGRADIENT(Verdict.KINK, Reason.SUBGRADIENT),
    OUTSIDE(Verdict.FAIL, Reason.OUTSIDE_SUBGRADIENT),
    CONVENTION(Verdict.KINK, Reason.CONVENTION),
    DROWNS(Verdict.INCONCLUSIVE, Reason.ROUNDING_DROWNS),
    OURS(Verdict.INCONCLUSIVE, Reason.OUR_OWN_RULES_DISAGREE);

    private final Verdict verdict;
    private final Reason reason;

    Ruling(Verdict verdict, Reason reason) {
        this.verdict = verdict;
        this.reason = reason;
    }

    Verdict verdict() {
        return verdict;
    }

    Reason reason() {
        return reason;
    }

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
     * The comparison whose deviations and allowances amount to these rulings; shares the tensors where they do as they are.
     */
    static Comparison comparison(String name, Tensor claim, Tensor references, Tensor allowances, Rulings rulings) {
        double[] reference = references.values();
        double[] allowance = allowances.values();
        for (int i = 0; i < reference.length; i++) {
            Ruling ruling = rulings.at(i);
            if (ruling != null) {
                double a = claim.at(i);
                double held = ruling.held(a, reference[i]);
                double allowed = ruling.allowed(Math.abs(a - reference[i]), allowance[i]);
                if (isOther(held, reference[i])) {
                    reference = reference == references.values() ? reference.clone() : reference;
                    reference[i] = held;
                }
                if (isOther(allowed, allowance[i])) {
                    allowance = allowance == allowances.values() ? allowance.clone() : allowance;
                    allowance[i] = allowed;
                }
            }
        }
        return new Comparison(
                name,
                claim,
                reference == references.values() ? references : Tensor.of(claim.shape(), reference),
                allowance == allowances.values() ? allowances : Tensor.of(claim.shape(), allowance));
    }

    private static boolean isOther(double one, double other) {
        return Double.doubleToRawLongBits(one) != Double.doubleToRawLongBits(other);
    }

    /** What a claim is held against. */
    private double held(double claim, double reference) {
        return switch (verdict) {
            case INCONCLUSIVE -> Double.isFinite(claim) ? reference : Double.NaN;
            case KINK -> claim;
            case PASS, FAIL -> reference;
        };
    }

    private double allowed(double off, double allowance) {
        return switch (verdict) {
            case INCONCLUSIVE -> Double.POSITIVE_INFINITY;
            case KINK -> allowance;
            case PASS -> Math.max(allowance, off);
            case FAIL -> Math.min(allowance, off * (1 - 0x1p-40));
        };
    }
}
