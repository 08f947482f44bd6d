package dev.plumbline.compute.program;

import java.util.SplittableRandom;

/**
 * Random numbers for the roundings of one operation's results. Equal results draw the same: an arithmetic rounds what is
 * equal alike, so over equal samples (inputs behind zero weights, say) its errors add up and do not average out.
 */
record Draws(long salt) {

    private static final long OTHER = 0x9E3779B97F4A7C15L;

    static Draws from(SplittableRandom random) {
        return new Draws(random.nextLong());
    }

    /** Uniform in [0, 1), by a result and the size of its terms. */
    double uniform(double value, double size) {
        return unit(mixed(mixed(salt ^ Double.doubleToRawLongBits(value)) + Double.doubleToRawLongBits(size)));
    }

    /** A second number for the same, independent of the first. */
    double another(double value, double size) {
        return new Draws(salt + OTHER).uniform(value, size);
    }

    private static double unit(long bits) {
        return (bits >>> 11) * 0x1p-53;
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
    private static long mixed(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
