package dev.plumbline.check;

import java.math.BigDecimal;
import java.math.MathContext;

/** Numbers as a picture needs them. */
final class Rounded {

    private static final MathContext FOUR_DIGITS = new MathContext(4);

    private Rounded() {}

    /** To four digits, which are few bytes of JSON. */
    static double of(double value) {
        return Double.isFinite(value)
                ? BigDecimal.valueOf(value).round(FOUR_DIGITS).doubleValue()
                : value;
    }
}
