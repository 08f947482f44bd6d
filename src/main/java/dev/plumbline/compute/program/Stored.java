package dev.plumbline.compute.program;

import org.jspecify.annotations.Nullable;

/**
 * A whole array of results as a narrower arithmetic stores them, each by {@link Grid#round}: a rounding run spends most of
 * its time here, so the loops have no branch that random numbers would mispredict, and no division.
 */
final class Stored {

    private static final double LEAST_FLOAT32 = 0x1p-126; // the smallest normal one

    private final Grid grid;
    private final double u; // of sums
    private final boolean indices; // whole numbers are exact, whatever the grid
    private final Draws draws;

    /**
     * @param u the unit roundoff of sums
     * @param indices whether the results are indices or counts where they are whole
     */
    Stored(Grid grid, double u, boolean indices, Draws draws) {
        this.grid = grid;
        this.u = u;
        this.indices = indices;
        this.draws = draws;
    }

    /**
     * On the grid, sums after they were off by up to {@code 2 u} of their terms' sizes.
     *
     * @param sizes of the terms of each element; null for what is no sum
     * @param stored takes the results; may be {@code values} itself
     */
    void of(double[] values, double @Nullable [] sizes, double[] stored) {
        if (sizes == null && !indices && grid.isCoarse()) {
            results(values, stored);
        } else if (sizes == null) {
            for (int i = 0; i < values.length; i++) {
                stored[i] = indices && isWhole(values[i]) ? values[i] : one(values[i], 0);
            }
        } else {
            sums(values, sizes, stored);
        }
    }

    /** The same, of sums whose terms another run measured, which may have had fewer. */
    void ofOthersSizes(double[] values, double[] sizes, double[] stored) {
        for (int i = 0; i < values.length; i++) {
            stored[i] = sum(values[i], TermSizes.atLeast(sizes[i], values[i]));
        }
    }

    private void results(double[] values, double[] stored) {
        Draws other = draws.other();
        boolean flushes = grid.mayFlush();
        for (int i = 0; i < values.length; i++) {
            double x = values[i];
            double chance = other.uniform(x);
            double rounded = grid.coarselyRounded(x + 0.0, chance); // -0 becomes 0
            stored[i] = flushes && Math.abs(rounded) < LEAST_FLOAT32 && chance < 0.5 ? 0 : rounded;
        }
    }

    private void sums(double[] values, double[] sizes, double[] stored) {
        for (int i = 0; i < values.length; i++) {
            stored[i] = sum(values[i], sizes[i]);
        }
    }

    private double sum(double x, double size) {
        boolean isCount = isWhole(x) && (indices || (isWhole(size) && size <= 1 / u)); // whatever their datatype
        return isCount ? x : one(x, size);
    }

    private double one(double x, double size) {
        double off = size == 0 ? 0 : 4 * u * size * (draws.uniform(x, size) - 0.5);
        double chance = draws.another(x, size);
        double rounded = grid.round(x + off, chance);
        return grid.mayFlush(rounded) && chance < 0.5 ? 0 : rounded;
    }

    private static boolean isWhole(double value) {
        return value == Math.rint(value);
    }
}
