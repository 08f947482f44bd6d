package dev.plumbline.compute.comparison;

import dev.plumbline.compute.judgement.FactorWords;
import dev.plumbline.compute.judgement.Mistake;
import java.util.List;

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
            case SCALED -> scaled(one, other, ((Mistake.Scaled) mistake).factor(), ranks);
            case ZERO -> "%s is zero throughout, %s is not".formatted(one, other);
            case SPARSE -> "only some entries differ: " + listed(((Mistake.Sparse) mistake).entries());
            case SLICE -> slice(one, other, (Mistake.Slice) mistake);
            case TRANSPOSED -> "%s is %s with its axes in another order".formatted(one, other);
            case SHIFTED -> shifted(one, other, (Mistake.Shifted) mistake);
            case SWAPPED -> swapped(one, other, (Mistake.Swapped) mistake);
            case WEIGHT_DECAY ->
                "%s is %s plus %s times the parameters"
                        .formatted(one, other, FactorWords.number(((Mistake.WeightDecay) mistake).lambda()));
            case OFFSET ->
                "%s is %s plus %s in every entry"
                        .formatted(one, other, FactorWords.number(((Mistake.Offset) mistake).offset()));
            case CLIPPED -> clipped(one, other, (Mistake.Clipped) mistake);
            case ROUNDED -> rounded(one, other, (Mistake.Rounded) mistake);
            case STALE -> "%s is the earlier gradient".formatted(one);
            case ACCUMULATED -> "%s is %s plus the earlier gradient".formatted(one, other);
            case NON_FINITE ->
                "%s is NaN or infinite where %s is not: %s"
                        .formatted(one, other, listed(((Mistake.NonFinite) mistake).entries()));
            case UNKNOWN -> "they differ in no pattern that has a name here";
        };
    }

    private static String shifted(String one, String other, Mistake.Shifted mistake) {
        String along = mistake.axis() == null ? "" : " along axis " + mistake.axis();
        return mistake.shift() == null
                ? "%s is %s backwards%s".formatted(one, other, along)
                : "%s is %s moved by %d%s".formatted(one, other, mistake.shift(), along);
    }

    private static String swapped(String one, String other, Mistake.Swapped mistake) {
        return mistake.advice().startsWith("Along axis")
                ? "%s has the blocks of %s in another order".formatted(one, other)
                : "%s has here what %s calls %s".formatted(one, other, mistake.tensor());
    }

    private static String clipped(String one, String other, Mistake.Clipped mistake) {
        String how = mistake.factor() == null ? ", entry by entry," : " by its norm,";
        return "%s is %s clipped%s to %s".formatted(one, other, how, FactorWords.number(mistake.limit()));
    }

    private static String rounded(String one, String other, Mistake.Rounded mistake) {
        Object to = mistake.datatype() == null ? "fewer digits" : mistake.datatype();
        return mistake.advice().startsWith("Every value")
                ? "%s is as far from %s as computing in %s goes, and holds its numbers only".formatted(one, other, to)
                : "%s is %s rounded to %s".formatted(one, other, to);
    }

    private static String scaled(String one, String other, double factor, int ranks) {
        boolean isLarge = Math.abs(factor) >= 1;
        double count = isLarge ? factor : 1 / factor;
        String plain = isLarge
                ? "%s is %s times %s".formatted(one, FactorWords.number(factor), other)
                : "%s is %s divided by %s".formatted(one, other, FactorWords.number(count));
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

    private static String slice(String one, String other, Mistake.Slice mistake) {
        Double factor = mistake.factor();
        String inside = factor == null
                ? ""
                : factor == 0
                        ? ", where %s is zero".formatted(one)
                        : ", where %s is %s times %s".formatted(one, FactorWords.number(factor), other);
        return "only %s differs%s".formatted(mistake.slice(), inside);
    }

    private static String listed(List<List<Integer>> entries) {
        String all = entries.toString();
        return all.length() > 120 ? all.substring(0, all.lastIndexOf("], ", 110) + 1) + ", ...]" : all;
    }
}
