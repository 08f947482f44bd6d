package dev.plumbline.compute.judgement;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * A number that a fit may have meant: with a meaning of its own, or merely short.
 *
 * @param complexity as in {@link Explanation}
 * @param meaning what it stands for, one sentence, empty if nothing
 */
record Figure(double value, int complexity, String meaning) {

    /** Numbers known no better than this are never taken for short ones: some short number is always near. */
    private static final double KNOWN = 1e-3;

    /** The bits it costs to assume what is already known of another tensor. */
    static final double SHARED = 3;

    /** The bits of a factor 2 or 1/2, by far the commonest: a lone number of float32 has few bits to pay with. */
    private static final double TWO = 3;

    /** The bits that picking this figure costs; a free one costs what its best entry says. */
    double price(Support support) {
        return switch (complexity) {
            case Explanation.PLAIN -> 0;
            case Explanation.NAMED -> isTwo() ? TWO : 6;
            case Explanation.COUNTED -> 4 + Support.choice(Math.max(Math.abs(value), 1 / Math.abs(value)));
            case Explanation.ROUND -> 8;
            default -> support.largest();
        };
    }

    private boolean isTwo() {
        return Math.abs(value) == 2 || Math.abs(value) == 0.5;
    }

    /** The number of at most two significant digits that the fit allows, or the fitted slope itself. */
    static Figure shortest(Fit fit) {
        double round = round(fit.slope());
        return fit.isKnownTo(KNOWN) && fit.allows(round)
                ? new Figure(round, Explanation.ROUND, "")
                : new Figure(fit.slope(), Explanation.FREE, "");
    }

    /** Rounded to two significant digits. */
    static double round(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value).round(new MathContext(2)).doubleValue()
                : value;
    }
}
