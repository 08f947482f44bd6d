package dev.plumbline.compute.program;

import java.util.SplittableRandom;

/**
 * Random numbers for the roundings of one operation's results. Equal results draw the same: an arithmetic rounds what is
 * equal alike, so over equal samples (inputs behind zero weights, say) its errors add up and do not average out.
 *
 * @param kept the bits that are random
 * @param given the other ones
 */
record Draws(long salt, long kept, long given) {

    private static final long UPPER_HALF = 0x8000_0000_0000_0000L;
    private static final long LOWER = 0xFFFF_FFFFL;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** Halves for everything: sums are not off, and results are rounded to the nearest. */
    static final Draws NEAREST = new Draws(0, 0, 0x8000_0000_8000_0000L);

    /** Random ones. */
    Draws(long salt) {
        this(salt, -1, 0);
    }

    static Draws from(SplittableRandom random) {
        return new Draws(random.nextLong());
    }

    /** The same for sums, which are rounded to the nearest then: the upper half of the bits is a half. */
    Draws toNearest() {
        return new Draws(salt, kept & LOWER, given & LOWER | UPPER_HALF);
    }

    boolean isNearest() {
        return given != 0;
    }

    /** 64 random bits, by a result. */
    long bits(double value) {
        return mixed(salt ^ Double.doubleToRawLongBits(value)) & kept | given;
    }

    /** The same, by a result and the size of its terms. */
    long bits(double value, double size) {
        long both = (salt ^ Double.doubleToRawLongBits(value)) + GOLDEN * Double.doubleToRawLongBits(size);
        return mixed(both) & kept | given;
    }

    /** Uniform in [0, 1), from the upper half of random bits. */
    static double high(long bits) {
        return (bits >>> 32) * 0x1p-32;
    }

    /** A second number, from the lower half. */
    static double low(long bits) {
        return (bits & LOWER) * 0x1p-32;
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
    private static long mixed(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
