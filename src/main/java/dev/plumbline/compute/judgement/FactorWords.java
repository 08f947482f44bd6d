package dev.plumbline.compute.judgement;

import java.math.BigDecimal;
import java.math.MathContext;

/** Factors in words. */
public final class FactorWords {

    private static final int DIGITS = 6;
    private static final int MOST_DIGITS = 17;

    private FactorWords() {}

    /** Six digits, without trailing zeros; more where it would look like 1 or -1 and is not. */
    public static String number(double factor) {
        if (!Double.isFinite(factor)) {
            return String.valueOf(factor);
        }
        double off = Math.abs(Math.abs(factor) - 1);
        int digits = off == 0 ? DIGITS : Math.max(DIGITS, 2 - (int) Math.floor(Math.log10(off)));
        return new BigDecimal(factor)
                .round(new MathContext(Math.min(digits, MOST_DIGITS)))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** Whether it is nearly 1 or -1, and is not. */
    static boolean isNearlyOne(double factor) {
        double off = Math.abs(Math.abs(factor) - 1);
        return off != 0 && off < 1e-4;
    }
}
