package dev.plumbline.compute.program;

import dev.plumbline.tensor.Datatype;

/**
 * The numbers of a binary floating-point format: {@code digits} significant bits, and below {@code 2^leastExponent} the
 * same spacing down to 0 (gradual underflow). There is no largest number: what overflows is found by its infinities, not
 * by its rounding.
 */
record Grid(int digits, int leastExponent) {

    static final Grid FP64 = new Grid(53, -1022);
    static final Grid FP32 = new Grid(24, -126);
    static final Grid TF32 = new Grid(11, -126); // FP32's exponents, FP16's digits (NVIDIA, 2020)
    static final Grid FP16 = new Grid(11, -14);
    static final Grid BF16 = new Grid(8, -126);

    static Grid of(Datatype datatype) {
        return switch (datatype) {
            case FP32 -> FP32;
            case FP16 -> FP16;
            case BF16 -> BF16;
            default -> FP64;
        };
    }

    /** Half the relative spacing at 1: {@code 2^-digits}. */
    double unitRoundoff() {
        return Math.scalb(1.0, -digits);
    }

    /** The distance between neighbours at a finite number; the smallest subnormal at 0. */
    double spacing(double x) {
        return Math.scalb(1.0, Math.max(Math.getExponent(x), leastExponent) + 1 - digits);
    }

    /** Whether a machine may have 0 in the place of x: below the normal numbers of float32's exponents vector units have. */
    boolean mayFlush(double x) {
        return leastExponent == FP32.leastExponent && x != 0 && Math.abs(x) < 0x1p-126;
    }

    boolean holds(double x) {
        double steps = x / spacing(x);
        return steps == Math.rint(steps) || !Double.isFinite(x);
    }

    /**
     * The neighbour below or above, each the more often the nearer it is: {@code chance}, uniform in [0, 1), decides, between
     * equally near ones for the even one. Numbers of the grid stay.
     */
    double round(double x, double chance) {
        double spacing = spacing(x);
        double steps = x / spacing; // exact, a power of two
        double below = Math.floor(steps);
        double part = steps - below;
        boolean isAbove = part > chance || (part == chance && below % 2 != 0);
        return part == 0 || !Double.isFinite(x) ? x : (isAbove ? below + 1 : below) * spacing;
    }
}
