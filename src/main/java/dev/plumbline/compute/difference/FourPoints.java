package dev.plumbline.compute.difference;

/**
 * A derivative from how a function changes at {@code +h, -h, +2h, -2h}, and how far it may be off.
 *
 * <pre>
 *   D(h) = (f(+h) - f(-h)) / 2h          E = (4 D(h) - D(2h)) / 3             fourth order
 *   J(h) = (f(+h) + f(-h) - 2 f(0)) / h                                       the jump between the one-sided slopes
 *   T = |D(h) - D(2h)| / 3               B = |J(2h) - 2 J(h)| / 2             R = 1.5 kappa sigma / h, kappa = 4
 *   U = 2 T + B + R
 * </pre>
 *
 * <p>Why it holds with four values: an odd term {@code c h^p} of D moves E by {@code |4 - 2^p| / (2^p - 1)} times T: never by more than 2 T
 * for p from 1 on, which is where the second derivative jumps at the point. A kink of slope s at distance {@code x h} moves E by {@code s |6 - 7x| / 12} for x
 * up to 1 and {@code s (2 - x) / 12} from there to 2, and 2 T + B is {@code s (2x + 3 |3x - 2|) / 12} at least: never less. Bad where several kinks of
 * opposite signs lie within 2h, and at oscillations of a period that divides h: then U may be too small, by chance.
 */
record FourPoints(double x, double h, double[] changes, double sigma) {

    static final double[] OFFSETS = {1, -1, 2, -2};

    private static final double KAPPA = 4;
    private static final double SHARP = 1e-6;
    private static final double STAYS = 1e-3;
    private static final double ABNORMAL = 0x1p10;
    private static final double SIGNAL = 20;

    /** E. */
    double value() {
        return (4 * near() - far()) / 3;
    }

    /** U; at least a stair over h where neighbouring values are equal. */
    double bound(double roundingNoise) {
        double smooth = truncation() + bend() + roundOff();
        return isFlat() ? Math.max(smooth, Math.max(stair(), 2 * Math.max(sigma, roundingNoise)) / h) : smooth;
    }

    /** Whether smaller steps would not do much better. */
    boolean isSharp() {
        return truncation() + bend() <= 4 * roundOff() + SHARP * Math.abs(near());
    }

    /** Whether the function bends at the point itself, as far as can be seen from here: J stays. */
    boolean bends() {
        return truncation() <= 4 * roundOff() + SHARP * (Math.abs(near()) + jump(0))
                && Math.abs(jump(2) - jump(0)) <= 4 * roundOff() + STAYS * jump(0);
    }

    /** Half the distance between the one-sided slopes. */
    double radius() {
        return jump(0) / 2;
    }

    /** How far the mean of the one-sided slopes may be off, where the function bends. */
    double boundOfMean() {
        return truncation() + roundOff();
    }

    /** Abnormal noise without a signal is silence. */
    boolean isNoiseWithoutSignal(double floor) {
        double largest = 0;
        for (double change : changes) {
            largest = Math.max(largest, Math.abs(change));
        }
        return largest > 0 && sigma > ABNORMAL * floor && largest < SIGNAL * sigma;
    }

    private double near() {
        return (changes[0] - changes[1]) / (step(0) + step(1));
    }

    private double far() {
        return (changes[2] - changes[3]) / (step(2) + step(3));
    }

    /** 2 T. */
    private double truncation() {
        return 2 * Math.abs(near() - far()) / 3;
    }

    /** B. */
    private double bend() {
        return Math.abs(signedJump(2) - 2 * signedJump(0)) / 2;
    }

    /** R. */
    private double roundOff() {
        return 1.5 * KAPPA * sigma / h;
    }

    private double jump(int first) {
        return Math.abs(signedJump(first));
    }

    private double signedJump(int first) {
        return changes[first] / step(first) + changes[first + 1] / step(first + 1);
    }

    /** The step taken, after rounding. */
    private double step(int which) {
        return Math.abs(x + OFFSETS[which] * h - x);
    }

    private boolean isFlat() {
        return changes[0] == 0 || changes[1] == 0 || changes[0] == changes[2] || changes[1] == changes[3];
    }

    /** The smallest change between neighbouring values that are not equal; 0 where all are. */
    private double stair() {
        double smallest = Double.POSITIVE_INFINITY;
        for (double change : new double[] {changes[0], changes[1], changes[2] - changes[0], changes[3] - changes[1]}) {
            smallest = change == 0 ? smallest : Math.min(smallest, Math.abs(change));
        }
        return Double.isInfinite(smallest) ? 0 : smallest;
    }
}
