package dev.plumbline.compute.probe;

/**
 * The values of a function at falling steps on both sides of 0, and what quotients they make.
 *
 * <pre>
 *   D_k = (f(+h_k) - f(-h_k)) / 2 h_k              E_k = (16 D_{k+1} - D_k) / 15
 *   S_k = (f(h_k) - f(0)) / h_k, one side          F_k = (4 S_{k+1} - S_k) / 3
 * </pre>
 *
 * Steps fall by a factor 4, so E is free of second-order and F of first-order terms. Differences are divided by the step
 * really taken, since {@code x + h} rounds.
 */
final class Sweep {

    static final int MOST = 14;

    private static final double KAPPA = 4;
    private static final double UNIT_ROUNDOFF = 0x1p-53;

    private final double value;
    private final double sigma;
    private final double[] plus = new double[MOST]; // f(+h_k)
    private final double[] minus = new double[MOST]; // f(-h_k)
    private final double[] above = new double[MOST]; // the step taken upwards
    private final double[] below = new double[MOST]; // the step taken downwards, positive
    private int steps;

    Sweep(double value, double sigma) {
        this.value = value;
        this.sigma = sigma;
    }

    void add(double up, double fPlus, double down, double fMinus) {
        above[steps] = up;
        below[steps] = down;
        plus[steps] = fPlus;
        minus[steps] = fMinus;
        steps++;
    }

    int steps() {
        return steps;
    }

    double fPlus(int k) {
        return plus[k];
    }

    double fMinus(int k) {
        return minus[k];
    }

    double step(int k) {
        return (above[k] + below[k]) / 2;
    }

    /** That of the function near 0, or the rounding of the values themselves, where they are larger than at 0. */
    private double noise(int k) {
        return Math.max(sigma, Noise.floor(Math.max(Math.abs(plus[k]), Math.abs(minus[k]))));
    }

    /** D_k. */
    double central(int k) {
        return (plus[k] - minus[k]) / (above[k] + below[k]);
    }

    /** E_k. */
    double extrapolated(int k) {
        return (16 * central(k + 1) - central(k)) / 15;
    }

    /** What noise, and the rounding of the quotient itself, may do to E_k. */
    double roundOff(int k) {
        double noise = KAPPA * (16 * noise(k + 1) / step(k + 1) + noise(k) / step(k)) / (15 * Math.sqrt(2));
        double quotient = 4 * UNIT_ROUNDOFF * Math.abs(extrapolated(k));
        return noise + quotient + 3 * Double.MIN_VALUE / Math.min(step(k), 1);
    }

    /** S_k from the right, for {@code side} 1, or from the left, for -1. */
    double oneSided(int side, int k) {
        return side > 0 ? (plus[k] - value) / above[k] : (value - minus[k]) / below[k];
    }

    /** F_k. */
    double oneSidedExtrapolated(int side, int k) {
        return (4 * oneSided(side, k + 1) - oneSided(side, k)) / 3;
    }

    /** What noise may do to F_k. */
    double oneSidedRoundOff(int k) {
        return KAPPA * Math.sqrt(2) * (4 * noise(k + 1) / step(k + 1) + noise(k) / step(k)) / 3
                + 4 * UNIT_ROUNDOFF * Math.max(Math.abs(oneSided(1, k)), Math.abs(oneSided(-1, k)));
    }

    /** The largest change that a step has made; not that between the two sides, which is 0 for an even function. */
    double signal() {
        double largest = 0;
        for (int k = 0; k < steps; k++) {
            double change = Math.max(Math.abs(plus[k] - value), Math.abs(minus[k] - value));
            largest = Double.isFinite(change) ? Math.max(largest, change) : largest;
        }
        return largest;
    }

    /** Whether two neighbouring values around step k are equal: those of a stair, or of a constant. */
    boolean isFlat(int k) {
        return plus[k + 1] == value || minus[k + 1] == value || plus[k + 1] == plus[k] || minus[k + 1] == minus[k];
    }

    /** The smallest change between neighbouring values that are not equal; 0 where all are. */
    double stair() {
        double smallest = Double.POSITIVE_INFINITY;
        for (int k = 0; k < steps; k++) {
            boolean last = k + 1 == steps;
            smallest = smaller(smallest, plus[k] - (last ? value : plus[k + 1]));
            smallest = smaller(smallest, minus[k] - (last ? value : minus[k + 1]));
        }
        return Double.isInfinite(smallest) ? 0 : smallest;
    }

    private static double smaller(double smallest, double change) {
        return change != 0 && !Double.isNaN(change) ? Math.min(smallest, Math.abs(change)) : smallest;
    }
}
