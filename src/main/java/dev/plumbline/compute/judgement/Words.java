package dev.plumbline.compute.judgement;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.stream.Collectors;

/** Numbers and places as people write them. */
final class Words {

    private static final int DIGITS = 4;
    private static final int MOST_DIGITS = 17; // of any float64

    private Words() {}

    /** Four significant digits without trailing zeros, whole numbers in full: {@code 0.5}, {@code 65536}, {@code 1.2E-7}. */
    static String number(double value) {
        return number(value, DIGITS);
    }

    /** The fewest significant digits, from four on, that tell two numbers apart; four where they are the same. */
    static int digitsToTellApart(double a, double b) {
        int digits = DIGITS;
        while (digits < MOST_DIGITS && a != b && number(a, digits).equals(number(b, digits))) {
            digits++;
        }
        return digits;
    }

    /** The same with as many significant digits as asked for. */
    static String number(double value, int significant) {
        if (!Double.isFinite(value) || value == 0) {
            return Double.isFinite(value) ? "0" : Double.toString(value);
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e7) {
            return Long.toString((long) value);
        }
        BigDecimal rounded =
                new BigDecimal(value).round(new MathContext(significant)).stripTrailingZeros();
        double magnitude = Math.abs(value);
        return magnitude >= 1e-3 && magnitude < 1e7 ? rounded.toPlainString() : rounded.toString();
    }

    /** {@code 1 entry}, {@code 3 entries}. */
    static String entries(int count) {
        return count == 1 ? "1 entry" : count + " entries";
    }

    /** {@code [0, 2], [1, 3]}. */
    static String places(List<List<Integer>> indices) {
        return indices.stream().map(List::toString).collect(Collectors.joining(", "));
    }
}
