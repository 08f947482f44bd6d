package dev.plumbline.compute.judgement;

import java.math.BigDecimal;
import java.math.MathContext;

/** Factors in words. */
public final class FactorWords {

    private static final int DIGITS = 6;
    private static final int MOST_DIGITS = 17;
    private static final double SMALL = 1e-6;
    private static final double LARGE = 1e15;

    private FactorWords() {}

    /** Six digits, without trailing zeros; more where it would look like 1 or -1 and is not. */
    public static String number(double factor) {
        if (!Double.isFinite(factor)) {
            return String.valueOf(factor);
        }
        double off = Math.abs(Math.abs(factor) - 1);
        int digits = off == 0 ? DIGITS : Math.max(DIGITS, 2 - (int) Math.floor(Math.log10(off)));
        BigDecimal rounded = new BigDecimal(factor)
                .round(new MathContext(Math.min(digits, MOST_DIGITS)))
                .stripTrailingZeros();
        boolean isPlain = factor == 0 || Math.abs(factor) >= SMALL && Math.abs(factor) < LARGE;
        return isPlain ? rounded.toPlainString() : rounded.toString();
    }

    /** Whether it is nearly 1 or -1, and is not. */
    static boolean isNearlyOne(double factor) {
        double off = Math.abs(Math.abs(factor) - 1);
        return off != 0 && off < 1e-4;
    }
}
