package dev.plumbline.compute.optimizer.step;

import java.util.function.IntToDoubleFunction;

/**
 * Squared norms of a segment, from sums of a few hundred squares each that vector registers have added up in float32, their
 * entries raised so that 1e-24 counts and 1e5 does not overflow. Where that is not enough, those few hundred are added up
 * again in float64. A norm is good to 4e-6 in the worst case, and to 1e-8 with rounding errors that do not conspire.
 */
final class RaisedSquares {

    static final float RAISE = 0x1p30f;

    /** Sums of (RAISE p)^2, set anew for each run of elements. */
    float gradient;

    float parameter;
    float update;

    private double gradientSquare;
    private double parameterSquare;
    private double updateSquare;

    /**
     * Takes the sums of a run over.
     *
     * @param whole whether they are of all its elements
     * @param old the parameters before the step, from 0 on
     */
    void take(boolean whole, float[] old, float[] x, float[] g, int from, int length) {
        gradientSquare += square(whole, gradient, length, i -> g[from + i]);
        parameterSquare += square(whole, parameter, length, i -> old[i]);
        updateSquare += square(whole, update, length, i -> x[from + i] - old[i]);
    }

    /** A sum lowered again, or added up anew where it cannot be. */
    static double square(boolean whole, float raised, int length, IntToDoubleFunction values) {
        if (whole && raised > 0x1p-100f && raised <= Float.MAX_VALUE) {
            return raised / RAISE / (double) RAISE;
        }
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += values.applyAsDouble(i) * values.applyAsDouble(i);
        }
        return sum;
    }

    /** No float32 has a square that overflows float64: a sum is finite exactly if all its terms are. */
    Movement movement(String tensor, boolean slotsFinite) {
        return new Movement(
                tensor,
                slotsFinite && Double.isFinite(updateSquare),
                Math.sqrt(updateSquare),
                Math.sqrt(parameterSquare),
                Math.sqrt(gradientSquare));
    }
}
