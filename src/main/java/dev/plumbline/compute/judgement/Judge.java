package dev.plumbline.compute.judgement;

import dev.plumbline.compute.probe.Slope;
import org.jspecify.annotations.Nullable;

/**
 * Judges single entries by two witnesses: a certified reference {@code n} with its allowance, and a numeric derivative
 * {@code D} with its error bound {@code U}.
 *
 * <p>Numeric evidence refutes a claim {@code a} where {@code |a - D| > kappa U + allowance}: the allowance is what
 * rounding may have done to a right claim, {@code kappa = sqrt(2 ln(P / alpha))} makes up for P entries being judged at
 * once, so that with {@code alpha = 0.01} one right gradient in a hundred is accused at most. The evidence is
 * <em>sharp</em> where {@code 3 U <= tau |a|}, tau being the smallest relative defect that matters, or where U is within
 * the allowance. Sharp evidence stands alone; evidence that is not leaves the word to the reference, and the judgement
 * says so ({@link EntryJudgement#blind}).
 *
 * @param entries how many entries are judged at once, {@code P}
 * @param smallestDefect tau: 1e-3 for claims in float64, 1e-1 in float32
 */
public record Judge(long entries, double smallestDefect) {

    /** The share of right gradients that may be accused. */
    public static final double ALPHA = 0.01;

    public Judge {
        if (entries < 1 || !(smallestDefect > 0)) {
            throw new IllegalArgumentException(entries + " entries, smallest defect " + smallestDefect);
        }
    }

    /** {@code kappa_P = sqrt(2 ln(P / alpha))}: 3.03 for one entry, 6.07 for a million. */
    public double kappa() {
        return Math.sqrt(2 * Math.log(entries / ALPHA));
    }

    /**
     * The verdict on one entry.
     *
     * @param claimed {@code a}
     * @param reference {@code n}; not finite where there is none
     * @param allowance what rounding and the reference's own uncertainty explain
     * @param slope the numeric evidence, or null where none was taken
     */
    public EntryJudgement entry(double claimed, double reference, double allowance, @Nullable Slope slope) {
        return new Trial(claimed, reference, allowance, slope).judge();
    }

    private final class Trial {
        private final double a;
        private final double n;
        private final double allowance;
        private final @Nullable Slope slope;

        Trial(double a, double n, double allowance, @Nullable Slope slope) {
            this.a = a;
            this.n = n;
            this.allowance = allowance;
            this.slope = slope;
        }

        EntryJudgement judge() {
            boolean seen = slope != null && slope.isValidated();
            if (!Double.isFinite(a) && (Double.isFinite(n) || seen)) {
                return judgement(Verdict.FAIL, Reason.CLAIM_NOT_FINITE, null);
            }
            if (slope == null) {
                return byReference(null);
            }
            if (Double.isFinite(a) && slope.sidesDiffer()) {
                return atKink(slope);
            }
            return seen ? bySlope(slope) : byReference(Blindness.NON_FINITE);
        }

        private EntryJudgement atKink(Slope kink) {
            boolean between = kink.lowest() - allowance <= a && a <= kink.highest() + allowance;
            return between
                    ? judgement(Verdict.KINK, Reason.SUBGRADIENT, null)
                    : judgement(Verdict.FAIL, Reason.OUTSIDE_SUBGRADIENT, null);
        }

        private EntryJudgement bySlope(Slope numeric) {
            boolean agrees = agreesWithReference();
            if (refutes(numeric, a)) {
                return judgement(Verdict.FAIL, agrees ? Reason.REFUTED_WITH_REFERENCE : Reason.REFUTED, null);
            }
            Blindness blind = blindness(numeric);
            if (agrees && blind == null) {
                return judgement(Verdict.PASS, Reason.AGREES, null);
            }
            if (agrees || (Double.isFinite(n) && !refutes(numeric, n))) {
                return byReference(blind == null ? Blindness.NOISE : blind);
            }
            boolean sharp = blind == null && Math.abs(a - numeric.value()) <= numeric.errorBound() + allowance;
            return sharp
                    ? judgement(Verdict.PASS, Reason.AGREES_WITH_NUMERIC, null)
                    : judgement(Verdict.INCONCLUSIVE, Reason.NOT_SHARP_ENOUGH, blind);
        }

        private EntryJudgement byReference(@Nullable Blindness blind) {
            if (!Double.isFinite(n) || !Double.isFinite(allowance)) {
                return judgement(Verdict.INCONCLUSIVE, Reason.NOTHING_TO_COMPARE, blind);
            }
            return agreesWithReference()
                    ? judgement(Verdict.PASS, Reason.AGREES_WITH_REFERENCE, blind)
                    : judgement(Verdict.FAIL, Reason.DIFFERS_FROM_REFERENCE, blind);
        }

        private boolean agreesWithReference() {
            return !Comparison.isBeyond(a, n, allowance) && !Comparison.isUndefined(a, n, allowance);
        }

        private boolean refutes(Slope numeric, double value) {
            return Math.abs(value - numeric.value()) > kappa() * numeric.errorBound() + allowance;
        }

        /** Null where the slope is sharp enough to stand alone. */
        private @Nullable Blindness blindness(Slope numeric) {
            double bound = numeric.errorBound();

            if (3 * bound <= smallestDefect * Math.abs(a) || bound <= allowance) {
                return null;
            }
            return bound >= Math.abs(numeric.value()) ? Blindness.BELOW_FLOOR : Blindness.NOISE;
        }

        private EntryJudgement judgement(Verdict verdict, Reason reason, @Nullable Blindness blind) {
            return new EntryJudgement(verdict, reason, blind, a, n, allowance, slope);
        }
    }
}
