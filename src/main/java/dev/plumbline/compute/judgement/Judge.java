package dev.plumbline.compute.judgement;

import dev.plumbline.compute.probe.Slope;
import java.util.Locale;
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
        return new Trial(claimed, reference, allowance, kappa()).judge(slope);
    }

    private final class Trial {
        private final double a;
        private final double n;
        private final double allowance;
        private final double kappa;

        Trial(double a, double n, double allowance, double kappa) {
            this.a = a;
            this.n = n;
            this.allowance = allowance;
            this.kappa = kappa;
        }

        EntryJudgement judge(@Nullable Slope slope) {
            boolean seen = slope != null && slope.isFinite();
            if (!Double.isFinite(a) && (Double.isFinite(n) || seen)) {
                return verdict(
                        Verdict.FAIL, Reason.CLAIM_NOT_FINITE, null, "The claim is %s; the derivative is finite.", a);
            }
            if (slope != null && Double.isFinite(a) && slope.kink() == Slope.Kink.HERE && slope.sidesDiffer()) {
                return kink(slope);
            }
            if (slope == null || !seen) {
                return byReference(slope == null ? null : blindness(slope));
            }
            return bySlope(slope);
        }

        private EntryJudgement kink(Slope slope) {
            double slack = slope.sideBound() + allowance;
            double low = Math.min(slope.left(), slope.right());
            double high = Math.max(slope.left(), slope.right());
            if (low - slack <= a && a <= high + slack) {
                return verdict(
                        Verdict.KINK,
                        Reason.SUBGRADIENT,
                        null,
                        "There is no derivative here: the slope is %s on the left and %s on the right, and the claim %s lies between.",
                        slope.left(),
                        slope.right(),
                        a);
            }
            return verdict(
                    Verdict.FAIL,
                    Reason.OUTSIDE_SUBGRADIENT,
                    null,
                    "There is no derivative here: the slope is %s on the left and %s on the right, and the claim %s lies outside.",
                    slope.left(),
                    slope.right(),
                    a);
        }

        private EntryJudgement bySlope(Slope slope) {
            boolean refuted = refutes(slope, a);
            boolean agrees = agreesWithReference();
            @Nullable Blindness blind = blindness(slope);
            if (refuted) {
                return verdict(
                        Verdict.FAIL,
                        agrees ? Reason.REFUTED_WITH_REFERENCE : Reason.REFUTED,
                        null,
                        "The claim is %s, a finite difference gives %s with an error of at most %s.",
                        a,
                        slope.value(),
                        slope.errorBound());
            }
            if (agrees && blind == null) {
                return verdict(
                        Verdict.PASS,
                        Reason.AGREES,
                        null,
                        "The claim %s agrees with a finite difference, %s with an error of at most %s, and with the reference.",
                        a,
                        slope.value(),
                        slope.errorBound());
            }
            if (agrees || (Double.isFinite(n) && !refutes(slope, n))) {
                return byReference(blind == null ? Blindness.NOISE : blind);
            }
            boolean sharp = blind == null && Math.abs(a - slope.value()) <= slope.errorBound() + allowance;
            return sharp
                    ? verdict(
                            Verdict.PASS,
                            Reason.AGREES_WITH_NUMERIC,
                            null,
                            "The claim %s agrees with a finite difference, %s with an error of at most %s.",
                            a,
                            slope.value(),
                            slope.errorBound())
                    : verdict(
                            Verdict.INCONCLUSIVE,
                            Reason.NOT_SHARP_ENOUGH,
                            blind,
                            "A finite difference gives %s with an error of up to %s, too coarse to judge the claim %s.",
                            slope.value(),
                            slope.errorBound(),
                            a);
        }

        private EntryJudgement byReference(@Nullable Blindness blind) {
            String because = blind == null ? "" : " A finite difference cannot tell: " + blind.words() + ".";
            if (!Double.isFinite(n) || !Double.isFinite(allowance)) {
                return verdict(
                        Verdict.INCONCLUSIVE,
                        Reason.NOTHING_TO_COMPARE,
                        blind,
                        "There is nothing to hold the claim %s against." + because,
                        a);
            }
            if (agreesWithReference()) {
                return verdict(
                        Verdict.PASS,
                        Reason.AGREES_WITH_REFERENCE,
                        blind,
                        "The claim %s agrees with the reference %s." + because,
                        a,
                        n);
            }
            return verdict(
                    Verdict.FAIL,
                    Reason.DIFFERS_FROM_REFERENCE,
                    blind,
                    "The claim is %s, the certified reference %s; rounding explains at most %s." + because,
                    a,
                    n,
                    allowance);
        }

        private boolean agreesWithReference() {
            return !Comparison.isBeyond(a, n, allowance) && !Comparison.isUndefined(a, n, allowance);
        }

        private boolean refutes(Slope slope, double value) {
            return Math.abs(value - slope.value()) > kappa * slope.errorBound() + allowance;
        }

        /** Null where the slope is sharp enough to stand alone. */
        private @Nullable Blindness blindness(Slope slope) {
            double bound = slope.errorBound();
            if (!slope.isFinite()) {
                return Blindness.NON_FINITE;
            }
            if (3 * bound <= smallestDefect * Math.abs(a) || bound <= allowance) {
                return null;
            }
            return bound >= Math.abs(slope.value()) ? Blindness.BELOW_FLOOR : Blindness.NOISE;
        }

        private static EntryJudgement verdict(
                Verdict verdict, Reason reason, @Nullable Blindness blind, String sentence, double... numbers) {
            Object[] words = new Object[numbers.length];
            for (int i = 0; i < numbers.length; i++) {
                words[i] = Words.number(numbers[i]);
            }
            return new EntryJudgement(verdict, reason, blind, String.format(Locale.ROOT, sentence, words));
        }
    }
}
