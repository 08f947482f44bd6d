package dev.plumbline.compute.program;

import org.jspecify.annotations.Nullable;

/**
 * A whole array of results as a narrower arithmetic stores them: each becomes one of its neighbours on a grid, the more often
 * the nearer it is. A rounding run spends most of its time here.
 *
 * <p>Of a normal number of the grid, a random integer is added to the bits that the grid has not, and these are cut off
 * (stochastic rounding as hardware does it); a number of the grid stays. What is below or not finite goes through {@link
 * Grid#round}.
 */
final class Stored {

    private static final int LARGEST = 0x7FF; // exponent: of what is not finite
    private static final int FRACTION = 52; // bits

    private final Grid grid;
    private final double u; // of sums
    private final double mostCounted; // up to here counts are exact
    private final boolean indices; // whole numbers are exact, whatever the grid
    private final Draws draws;
    private final boolean isNearest;
    private final int shift; // bits of a float64 that the grid has not
    private final int least; // exponent, biased, of the grid's normal numbers

    /**
     * @param u the unit roundoff of sums
     * @param indices whether the results are indices or counts where they are whole
     */
    Stored(Grid grid, double u, boolean indices, Draws draws) {
        this.grid = grid;
        this.u = u;
        this.mostCounted = 1 / u;
        this.indices = indices;
        this.draws = draws;
        this.isNearest = draws.isNearest();
        this.shift = FRACTION + 1 - grid.digits();
        this.least = shift == 0 ? LARGEST : grid.leastExponent() + Double.MAX_EXPONENT;
    }

    /**
     * On the grid, sums after they were off by up to {@code 2 u} of their terms' sizes.
     *
     * @param sizes of the terms of each element; null for what is no sum
     * @param stored takes the results; may be {@code values} itself
     */
    void of(double[] values, double @Nullable [] sizes, double[] stored) {
        for (int i = 0; sizes != null && i < values.length; i++) {
            stored[i] = sum(values[i], sizes[i]);
        }
        for (int i = 0; sizes == null && i < values.length; i++) {
            double x = values[i];
            stored[i] = indices && isWhole(x) ? x : rounded(x, draws.bits(x));
        }
    }

    /** The same, of sums whose terms another run measured, which may have had fewer. */
    void ofOthersSizes(double[] values, double[] sizes, double[] stored) {
        for (int i = 0; i < values.length; i++) {
            stored[i] = sum(values[i], TermSizes.atLeast(sizes[i], values[i]));
        }
    }

    /** Whether all of these are normal numbers of the grid, or 0: then none of them is rounded. */
    boolean keeps(double[] values) {
        long cut = ~(-1L << shift);
        for (double x : values) {
            long bits = Double.doubleToRawLongBits(x);
            int exponent = (int) (bits >>> FRACTION) & LARGEST;
            if ((bits & cut) != 0 || (bits != 0 && (exponent < least || exponent == LARGEST))) {
                return false;
            }
        }
        return true;
    }

    private double sum(double x, double size) {
        if (isWhole(x) && (indices || (isWhole(size) && size <= mostCounted))) {
            return x; // a count, whatever its datatype
        }
        long bits = draws.bits(x, size);
        return rounded(x + 4 * u * size * (Draws.low(bits) - 0.5), bits);
    }

    private double rounded(double x, long random) {
        long bits = Double.doubleToRawLongBits(x);
        int exponent = (int) (bits >>> FRACTION) & LARGEST;
        if (exponent < least || exponent == LARGEST) {
            return slowly(x, random);
        }
        long toEven = (1L << shift - 1) - 1 + ((bits >>> shift) & 1);
        long added = isNearest ? toEven : random >>> (Long.SIZE - shift);
        return Double.longBitsToDouble((bits + added) & -1L << shift);
    }

    private double slowly(double x, long random) {
        if (x == 0) {
            return 0; // as behind a ReLU; -0 too
        }
        double rounded = grid.round(x, Draws.high(random));
        return grid.mayFlush(rounded) && Draws.low(random) < 0.5 ? 0 : rounded;
    }

    private static boolean isWhole(double value) {
        return value == Math.rint(value);
    }
}
