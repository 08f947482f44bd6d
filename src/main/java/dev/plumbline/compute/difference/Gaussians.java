package dev.plumbline.compute.difference;

import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * Standard normal numbers by the inverse of their distribution function, interpolated between {@value #CELLS} quantiles of
 * their size; in the last cell, the tail, exact. Two numbers cost one mixing of random bits and two looks into 16 KiB.
 *
 * <p>The distribution function is nowhere off by more than a sum of a million numbers shows (held by a test), and no number is
 * beyond 6.4, where one in 10^10 is.
 */
final class Gaussians {

    private static final int CELLS = 2048;
    private static final int WITHIN_BITS = 20;
    private static final int WITHIN = (1 << WITHIN_BITS) - 1;
    private static final double WIDTH = 0x1p-20;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1); // draws nothing itself
    private static final double[] QUANTILES = quantiles();

    private Gaussians() {}

    private static double[] quantiles() {
        double[] quantiles = new double[CELLS];
        for (int k = 0; k < CELLS; k++) {
            quantiles[k] = NORMAL.inverseCumulativeProbability(0.5 + k / (2.0 * CELLS));
        }
        return quantiles;
    }

    /** Multiples of standard normal numbers, the same for equal seeds. */
    static void fill(double[] numbers, long seed, double multiple) {
        long state = new SplittableRandom(seed).nextLong();
        int i = 0;
        for (; i + 1 < numbers.length; i += 2) {
            long bits = mixed(state += GOLDEN);
            numbers[i] = multiple * of((int) bits);
            numbers[i + 1] = multiple * of((int) (bits >>> Integer.SIZE));
        }
        if (i < numbers.length) {
            numbers[i] = multiple * of((int) mixed(state + GOLDEN));
        }
    }

    /** From 32 random bits: a sign, the number of a cell, and where in it. */
    private static double of(int bits) {
        int cell = (bits >>> WITHIN_BITS) & CELLS - 1;
        double within = ((bits & WITHIN) + 0.5) * WIDTH;
        double size =
                cell == CELLS - 1 ? tail(within) : QUANTILES[cell] + within * (QUANTILES[cell + 1] - QUANTILES[cell]);
        return Double.longBitsToDouble(Double.doubleToRawLongBits(size) | (long) bits << Integer.SIZE & Long.MIN_VALUE);
    }

    private static double tail(double within) {
        return -NORMAL.inverseCumulativeProbability((1 - within) / (2.0 * CELLS));
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
    private static long mixed(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
