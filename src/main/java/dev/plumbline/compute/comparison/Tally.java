package dev.plumbline.compute.comparison;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How far two tensors of one shape are apart, in one pass over both. Entries where either is not finite count in the first four
 * components alone.
 *
 * @param differing entries that are not the same number; NaN is the same as NaN
 * @param nonFiniteA entries of {@code a} that are NaN or infinite
 * @param nonFiniteB of {@code b}
 * @param nonFiniteDiffering entries that differ, where at least one is not finite
 * @param normA the square root of the sum of squares
 * @param distance the norm of {@code a - b}
 * @param largest {@code |a - b|}
 * @param exceeding the largest {@code |a - b|} of those entries where it is more than {@code relative max(|a|, |b|)}
 * @param fourth the fourth root of the sum of {@code (a - b)^4}
 * @param product the sum of {@code a b}
 */
public record Tally(
        long differing,
        long nonFiniteA,
        long nonFiniteB,
        long nonFiniteDiffering,
        double normA,
        double normB,
        double distance,
        double largest,
        double exceeding,
        double fourth,
        double product) {

    static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Values that are read, decoded and compared while they are in the cache. */
    private static final int PIECE = 1 << 14;

    /** Values that one thread takes. */
    private static final int SEGMENT = 1 << 18;

    /** Squares between these neither vanish beside each other nor overflow. */
    private static final double SMALL = 1e-240;

    private static final double LARGE = 1e280;

    /** @param watch asked between pieces; what it throws ends the work */
    static Tally of(Numbers a, Numbers b, double relative, Runnable watch) {
        int size = a.size();
        int segments = (int) (((long) size + SEGMENT - 1) / SEGMENT);
        Tally[] tallies = new Tally[segments];
        IntStream segment = IntStream.range(0, segments);
        (segments > 1 ? segment.parallel() : segment).forEach(s -> {
            int from = s * SEGMENT;
            tallies[s] = segment(a, b, from, Math.min(SEGMENT, size - from), relative, watch);
        });
        return Arrays.stream(tallies).reduce(NONE, Tally::and);
    }

    private static Tally segment(Numbers a, Numbers b, int begin, int length, double relative, Runnable watch) {
        double[] x = new double[Math.min(PIECE, length)];
        double[] y = new double[x.length];
        Tally tally = NONE;
        for (int from = 0; from < length; from += PIECE) {
            watch.run();
            int count = Math.min(PIECE, length - from);
            a.read(begin + from, x, count);
            b.read(begin + from, y, count);
            tally = tally.and(of(x, y, count, relative));
        }
        return tally;
    }

    static Tally of(double[] x, double[] y, int count, double relative) {
        double xx = product(x, x, count);
        double largestSquare = xx / Math.max(1, count); // at least: the mean
        if (Arrays.equals(x, 0, count, y, 0, count) && largestSquare >= SMALL && xx <= LARGE) {
            double norm = Math.sqrt(xx);
            return new Tally(0, 0, 0, 0, norm, norm, 0, 0, 0, 0, xx);
        }
        double yy = product(y, y, count);
        boolean isOrdinary = (xx + yy) / Math.max(1, count) >= SMALL && xx + yy <= LARGE; // false of NaN
        return isOrdinary || isZero(x, y, count)
                ? ordinary(x, y, count, relative).withNorms(Math.sqrt(xx), Math.sqrt(yy), product(x, y, count))
                : careful(x, y, count, relative);
    }

    /** HotSpot adds up in the order of the terms, one after the other; four sums at a time do not wait for each other. */
    private static double product(double[] x, double[] y, int count) {
        double one = 0;
        double two = 0;
        double three = 0;
        double four = 0;
        int i = 0;
        for (; i < count - 3; i += 4) {
            one += x[i] * y[i];
            two += x[i + 1] * y[i + 1];
            three += x[i + 2] * y[i + 2];
            four += x[i + 3] * y[i + 3];
        }
        for (; i < count; i++) {
            one += x[i] * y[i];
        }
        return one + two + (three + four);
    }

    /** Of the differences alone. Comparisons that a branch predictor knows are quicker here than maxima. */
    private static Tally ordinary(double[] x, double[] y, int count, double relative) {
        double dd = 0;
        double d4 = 0;
        double largest = 0;
        double exceeding = 0;
        int differing = 0;
        for (int i = 0; i < count; i++) {
            double d = Math.abs(x[i] - y[i]);
            double square = d * d;
            dd += square;
            d4 += square * square;
            differing += d != 0 ? 1 : 0;
            largest = d > largest ? d : largest;
            if (d > exceeding && d > relative * Math.max(Math.abs(x[i]), Math.abs(y[i]))) {
                exceeding = d;
            }
        }
        return new Tally(differing, 0, 0, 0, 0, 0, Math.sqrt(dd), largest, exceeding, Math.sqrt(Math.sqrt(d4)), 0);
    }

    private Tally withNorms(double a, double b, double ab) {
        return new Tally(
                differing, nonFiniteA, nonFiniteB, nonFiniteDiffering, a, b, distance, largest, exceeding, fourth, ab);
    }

    private static boolean isZero(double[] x, double[] y, int count) {
        for (int i = 0; i < count; i++) {
            if (x[i] != 0 || y[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Of values that are not finite, or whose squares are not. */
    private static Tally careful(double[] x, double[] y, int count, double relative) {
        double scale = 0;
        int differing = 0;
        int nonFiniteA = 0;
        int nonFiniteB = 0;
        double[] a = new double[count];
        double[] b = new double[count];
        for (int i = 0; i < count; i++) {
            boolean isFinite = Double.isFinite(x[i]) && Double.isFinite(y[i]);
            nonFiniteA += Double.isFinite(x[i]) ? 0 : 1;
            nonFiniteB += Double.isFinite(y[i]) ? 0 : 1;
            if (isFinite) {
                a[i] = x[i];
                b[i] = y[i];
                scale = Math.max(scale, Math.max(Math.abs(a[i]), Math.abs(b[i])));
            } else if (Double.compare(x[i], y[i]) != 0) {
                differing++;
            }
        }
        // A power of two, so that nothing is rounded; half of it, so that differences do not overflow.
        int exponent = scale == 0 ? 0 : Math.getExponent(scale) + 1;
        for (int i = 0; i < count; i++) {
            a[i] = Math.scalb(a[i], -exponent);
            b[i] = Math.scalb(b[i], -exponent);
        }
        Tally scaled = of(a, b, count, relative);
        return new Tally(
                differing + scaled.differing,
                nonFiniteA,
                nonFiniteB,
                differing,
                Math.scalb(scaled.normA, exponent),
                Math.scalb(scaled.normB, exponent),
                Math.scalb(scaled.distance, exponent),
                Math.scalb(scaled.largest, exponent),
                Math.scalb(scaled.exceeding, exponent),
                Math.scalb(scaled.fourth, exponent),
                Math.scalb(Math.scalb(scaled.product, exponent), exponent));
    }

    /** Of two pieces of the same tensors, or of two repeats. */
    Tally and(Tally other) {
        return new Tally(
                differing + other.differing,
                nonFiniteA + other.nonFiniteA,
                nonFiniteB + other.nonFiniteB,
                nonFiniteDiffering + other.nonFiniteDiffering,
                hypot(normA, other.normA),
                hypot(normB, other.normB),
                hypot(distance, other.distance),
                Math.max(largest, other.largest),
                Math.max(exceeding, other.exceeding),
                Math.sqrt(hypot(fourth * fourth, other.fourth * other.fourth)),
                product + other.product);
    }

    private static double hypot(double one, double other) {
        return one == 0 ? other : other == 0 ? one : Math.hypot(one, other);
    }

    boolean isSame() {
        return differing == 0;
    }

    /** {@code ||a - b|| / max(||a||, ||b||)}; 0 of zeros. */
    public double relativeDistance() {
        return distance == 0 ? 0 : distance / Math.max(normA, normB);
    }

    /** The cosine of the angle between both; NaN where one is zero, or too large or small for products. */
    public double cosine() {
        double cosine = product / normA / normB;
        return Math.max(-1, Math.min(1, cosine));
    }
}
