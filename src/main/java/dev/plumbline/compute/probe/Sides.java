package dev.plumbline.compute.probe;

/**
 * The slopes on the two sides of 0, from the step of a sweep where their common bound is least.
 *
 * <pre>
 *   V_k = max over both sides |F_k - F_{k-1}| + noise          confirmed: |F_j - F_k| <= V_k + noise_j for all j > k
 * </pre>
 *
 * They settle at a kink as well as where the function is smooth, but not where a side has no slope ({@code sqrt} at 0).
 */
record Sides(double left, double right, double bound) {

    static Sides of(Sweep sweep, int first) {
        Sides best = new Sides(Double.NaN, Double.NaN, Double.POSITIVE_INFINITY);
        for (int k = first + 1; k + 1 < sweep.steps(); k++) {
            double bound = bound(sweep, k);
            if (bound < best.bound && isConfirmed(sweep, k, bound)) {
                best = new Sides(sweep.oneSidedExtrapolated(-1, k), sweep.oneSidedExtrapolated(1, k), bound);
            }
        }
        return best;
    }

    boolean differ() {
        return Math.abs(right - left) > 2 * bound;
    }

    private static double bound(Sweep sweep, int k) {
        double change = Math.max(change(sweep, -1, k, k - 1), change(sweep, 1, k, k - 1));
        return change + sweep.oneSidedRoundOff(k) + (sweep.isFlat(k) ? sweep.stair() / sweep.step(k + 1) : 0);
    }

    private static boolean isConfirmed(Sweep sweep, int k, double bound) {
        for (int j = k + 1; j + 1 < sweep.steps(); j++) {
            double allowed = bound + sweep.oneSidedRoundOff(j);
            if (!(change(sweep, -1, k, j) <= allowed && change(sweep, 1, k, j) <= allowed)) {
                return false;
            }
        }
        return true;
    }

    private static double change(Sweep sweep, int side, int k, int j) {
        return Math.abs(sweep.oneSidedExtrapolated(side, k) - sweep.oneSidedExtrapolated(side, j));
    }
}
