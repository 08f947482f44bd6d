package dev.plumbline.compute.comparison;

import dev.plumbline.compute.judgement.Mistake;
import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/** A difference in words: what one dump is to the other, and never which of them is right. */
final class DifferenceWords {

    /** The smallest power of two that is no count of devices but a loss scale. */
    private static final double LOSS_SCALE = 256;

    private DifferenceWords() {}

    /**
     * @param one what the side is called that has the mistake
     * @param ranks that there are
     */
    static String of(Mistake mistake, String one, String other, int ranks) {
        return switch (mistake.kind()) {
            case SIGN -> "%s is %s with the opposite sign".formatted(one, other);
            case SCALED -> scaled(one, other, factor(mistake), ranks);
            case ZERO -> "%s is zero throughout, %s is not".formatted(one, other);
            case SPARSE -> "only some entries differ: " + listed(mistake);
            case SLICE -> "only %s differs%s".formatted(mistake.slice(), inside(one, other, mistake.factor()));
            case TRANSPOSED -> "%s is %s with its axes in another order".formatted(one, other);
            case SHIFTED -> shifted(one, other, mistake);
            case SWAPPED -> swapped(one, other, mistake);
            case WEIGHT_DECAY ->
                "%s is %s plus %s times the parameters".formatted(one, other, number(mistake.lambda()));
            case OFFSET -> "%s is %s plus %s in every entry".formatted(one, other, number(mistake.offset()));
            case CLIPPED ->
                "%s is %s clipped%s to %s"
                        .formatted(
                                one,
                                other,
                                mistake.factor() == null ? ", entry by entry," : " by its norm,",
                                number(mistake.limit()));
            case ROUNDED ->
                "%s is %s rounded to %s"
                        .formatted(one, other, mistake.datatype() == null ? "fewer digits" : mistake.datatype());
            case STALE -> "%s is the earlier gradient".formatted(one);
            case ACCUMULATED -> "%s is %s plus the earlier gradient".formatted(one, other);
            case NON_FINITE -> "%s is NaN or infinite where %s is not: %s".formatted(one, other, listed(mistake));
            case UNKNOWN -> "they differ in no pattern that has a name here";
        };
    }

    private static String shifted(String one, String other, Mistake mistake) {
        String along = mistake.axis() == null ? "" : " along axis " + mistake.axis();
        return mistake.shift() == null
                ? "%s is %s backwards%s".formatted(one, other, along)
                : "%s is %s moved by %d%s".formatted(one, other, mistake.shift(), along);
    }

    private static String swapped(String one, String other, Mistake mistake) {
        return mistake.advice().startsWith("Along axis")
                ? "%s has the blocks of %s in another order".formatted(one, other)
                : "%s has here what %s calls %s".formatted(one, other, mistake.tensor());
    }

    private static double factor(Mistake mistake) {
        return mistake.factor() == null ? Double.NaN : mistake.factor();
    }

    private static String scaled(String one, String other, double factor, int ranks) {
        boolean isLarge = Math.abs(factor) >= 1;
        double count = isLarge ? factor : 1 / factor;
        String plain = isLarge
                ? "%s is %s times %s".formatted(one, number(factor), other)
                : "%s is %s divided by %s".formatted(one, other, number(count));
        if (ranks > 1 && isNear(count, ranks)) {
            String sum = isLarge ? one : other;
            String mean = isLarge ? other : one;
            return "%s, the number of ranks: %s is summed over them, %s averaged".formatted(plain, sum, mean);
        }
        double power = Math.scalb(1.0, Math.getExponent(count * (1 + 1e-6)));
        return count >= LOSS_SCALE && isNear(count, power) ? plain + ", a power of two, as loss scales are" : plain;
    }

    private static boolean isNear(double count, double whole) {
        return Math.abs(count - whole) <= 1e-5 * whole;
    }

    private static String inside(String one, String other, @Nullable Double factor) {
        if (factor == null) {
            return "";
        }
        return factor == 0
                ? ", where %s is zero".formatted(one)
                : ", where %s is %s times %s".formatted(one, number(factor), other);
    }

    private static String listed(Mistake mistake) {
        String entries = String.valueOf(mistake.entries());
        return entries.length() > 120 ? entries.substring(0, entries.lastIndexOf("], ", 110) + 1) + ", ...]" : entries;
    }

    /** Six digits, without trailing zeros. */
    static String number(@Nullable Double value) {
        return value == null || !Double.isFinite(value)
                ? String.valueOf(value)
                : new BigDecimal(value)
                        .round(new MathContext(6))
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
