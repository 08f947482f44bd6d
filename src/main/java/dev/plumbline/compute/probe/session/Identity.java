package dev.plumbline.compute.probe.session;

import dev.plumbline.compute.judgement.Verdict;
import dev.plumbline.tensor.Datatype;

/**
 * Two products of one claim that are equal by a law, so that no value of the function is needed: {@code v . (J u) = (J' v) . u},
 * and {@code w . (H u) = u . (H w)} of second derivatives. Right ones are apart by rounding alone, {@code 16 u} of what was added
 * up, and by what rounding does to the products themselves, which only a measured spread can tell: a saturated log-sum-exp is off
 * by 3e4 of the former. Where both products are hardly larger than that, nothing has been seen.
 *
 * @param leftNorm {@code ||v o Ju||}, of the terms of the first product
 * @param rightNorm of the terms of the second
 * @param spread by which the products move where every number that they are computed from moves by an ulp; NaN where unknown
 * @param claim the datatype they were computed in
 */
public record Identity(
        Law law, double left, double right, double leftNorm, double rightNorm, double spread, Datatype claim) {

    /** Which two products. */
    public enum Law {
        /** {@code v . (J u) = (J' v) . u}. */
        DOT,
        /** {@code w . (H u) = u . (H w)}. */
        SYMMETRY
    }

    private static final double UNITS = 16;
    private static final double SPREADS = 4.3;

    /** The share of the products that rounding must leave. */
    private static final double SEEN = 0.1;

    public double bound() {
        double rounding = UNITS * claim.unitRoundoff() * (leftNorm + rightNorm);
        return rounding + (Double.isNaN(spread) ? 0 : SPREADS * spread);
    }

    public double difference() {
        return Math.abs(left - right);
    }

    /** Without a spread a difference beyond the bound may be rounding, unless it is as large as the root of the roundoff. */
    public Verdict verdict() {
        if (!Double.isFinite(difference()) || !(Math.max(Math.abs(left), Math.abs(right)) * SEEN > bound())) {
            return Verdict.INCONCLUSIVE;
        }
        if (difference() <= bound()) {
            return Verdict.PASS;
        }
        double plain = Math.sqrt(claim.unitRoundoff()) * (leftNorm + rightNorm);
        boolean isSure = !Double.isNaN(spread) || law == Law.DOT && difference() > plain;
        return isSure ? Verdict.FAIL : Verdict.INCONCLUSIVE;
    }
}
