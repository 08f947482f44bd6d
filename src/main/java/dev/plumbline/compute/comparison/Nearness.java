package dev.plumbline.compute.comparison;

import dev.plumbline.tensor.Datatype;

/**
 * What counts as near: {@code |a - b| <= max(relative max(|a|, |b|), rootMeanSquare RMS, absolute)}, entry by entry. RMS is that
 * of the larger tensor: an entry that is small among others is the sum of terms like theirs, and rounded as they are.
 *
 * @param relative to the entry
 * @param rootMeanSquare relative to the tensor's root mean square
 */
public record Nearness(double relative, double rootMeanSquare, double absolute) {

    /** Unit roundoffs that two right implementations in float32 or float64 may be apart; less than 1e-5 in float32. */
    static final double ROUNDOFFS = 64;

    /** Of float16 and bfloat16, in which numbers are kept and rarely summed. */
    static final double HALF_ROUNDOFFS = 4;

    /** What rounding in the coarser of two datatypes explains, where both compute with ordinary care. */
    public static Nearness ofRounding(Datatype a, Datatype b) {
        double roundoff = Math.max(roundoffs(a), roundoffs(b));
        return new Nearness(roundoff, roundoff, 0);
    }

    private static double roundoffs(Datatype datatype) {
        boolean isHalf = datatype == Datatype.FP16 || datatype == Datatype.BF16;
        return (isHalf ? HALF_ROUNDOFFS : ROUNDOFFS) * datatype.unitRoundoff();
    }

    /** What every entry may differ by, however small it is. */
    double floor(double norm, int size) {
        return Math.max(absolute, size == 0 ? 0 : rootMeanSquare * norm / Math.sqrt(size));
    }

    boolean explains(Tally tally, int size, double noise) {
        double norm = Math.max(tally.normA(), tally.normB());
        return tally.exceeding() <= Math.max(noise, floor(norm, size));
    }
}
