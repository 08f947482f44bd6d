package dev.plumbline.compute.comparison;

import dev.plumbline.tensor.Datatype;

/**
 * What counts as near: {@code |a - b| <= max(relative max(|a|, |b|), rootMeanSquare RMS, absolute)}, entry by entry. RMS is that
 * of the larger tensor: an entry that is small among others is the sum of terms like theirs, and rounded as they are.
 *
 * @param relative to the entry
 * @param rootMeanSquare relative to the tensor's root mean square
 * @param common how far from 1 a factor between the tensors may be; roundings that are independent leave none
 */
public record Nearness(double relative, double rootMeanSquare, double absolute, double common) {

    /** Unit roundoffs that two right implementations in float32 or float64 may be apart; less than 1e-5 in float32. */
    static final double ROUNDOFFS = 64;

    /** Of float16 and bfloat16, in which numbers are kept and rarely summed. */
    static final double HALF_ROUNDOFFS = 4;

    /** Of those: a factor that was itself rounded, twice, is common to all entries. */
    private static final double HALF_COMMON = 2;

    /** Six standard deviations of a factor that is told from entries with four independent roundings each, over what is common. */
    private static final double DEVIATIONS = 3.5;

    public Nearness(double relative, double rootMeanSquare, double absolute) {
        this(relative, rootMeanSquare, absolute, Double.POSITIVE_INFINITY);
    }

    /** What rounding in the coarser of two datatypes explains, where both compute with ordinary care. */
    public static Nearness ofRounding(Datatype a, Datatype b) {
        double roundoff = Math.max(roundoffs(a), roundoffs(b));
        double unit = Math.max(a.unitRoundoff(), b.unitRoundoff());
        boolean half = isHalf(a) || isHalf(b);
        return new Nearness(roundoff, roundoff, 0, half ? HALF_COMMON * unit : Double.POSITIVE_INFINITY);
    }

    private static double roundoffs(Datatype datatype) {
        return (isHalf(datatype) ? HALF_ROUNDOFFS : ROUNDOFFS) * datatype.unitRoundoff();
    }

    private static boolean isHalf(Datatype datatype) {
        return datatype == Datatype.FP16 || datatype == Datatype.BF16;
    }

    /** What every entry may differ by, however small it is. */
    double floor(double norm, int size) {
        return Math.max(absolute, size == 0 ? 0 : rootMeanSquare * norm / Math.sqrt(size));
    }

    boolean explains(Tally tally, int size, double noise) {
        double norm = Math.max(tally.normA(), tally.normB());
        return tally.exceeding() <= Math.max(noise, floor(norm, size)) && !isScaled(tally);
    }

    /** By least squares, {@code c = <a, b> / <b, b>}; entries that are 0, or too large for products, tell nothing. */
    boolean isScaled(Tally tally) {
        double entries = Math.pow(tally.distance() / tally.fourth(), 4); // as many of equal weight
        return Math.abs(factor(tally) - 1) > common * (1 + DEVIATIONS / Math.sqrt(entries));
    }

    static double factor(Tally tally) {
        return tally.product() / tally.normB() / tally.normB();
    }
}
