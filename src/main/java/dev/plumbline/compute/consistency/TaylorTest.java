package dev.plumbline.compute.consistency;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Whether a claimed derivative {@code a.d} along a direction leaves a remainder of second order:
 *
 * <pre>
 *   R(h) = |f(x + h d) - f(x) - h a.d|  ~  h^2 |d'Hd| / 2     if the claim is right
 *                                       ~  h |(g - a).d|      if it is wrong
 * </pre>
 *
 * <p>The steps fall by a factor 8. A remainder counts where it is beyond twice {@code 6 sigma + h tolerance}, the noise of
 * two values and what rounding in the claim's datatype explains. The order is the slope of log R over log h through the last
 * three that count, where the linear term shows best, or the fall from the last of them into that noise, if that is
 * steeper, as it is once the steps no longer cross kinks. Below 1.5 the claim is wrong. Where none counts, f is linear along
 * d as far as noise lets it be seen, and the claim right. A second opinion, since it shares neither the step nor the
 * error bound with {@link dev.plumbline.compute.probe.SlopeProbe}; it sees only what a mistake does along one direction, and
 * {@link #smallestDefect} says how much that must be.
 *
 * @param order NaN where no remainder counts; a lower bound where it is that of a fall into the noise
 * @param steps h, falling; for each one remainder
 * @param remainders R(h); not finite where f is not
 * @param smallestDefect of {@code (g - a).d}, what would have made the order fall below 1.5
 */
@SuppressWarnings("ArrayRecordComponent") // short, handed on once, never compared
public record TaylorTest(double order, double[] steps, double[] remainders, double smallestDefect, Outcome outcome) {

    private static final int STEPS = 8;
    private static final int FITTED = 3;
    private static final double BETWEEN = 1.5;

    /** What the orders say. */
    public enum Outcome {
        /** The remainder is of second order, or noise. */
        AGREES,
        /** So it is on the other side of x: f bends close to it, or at it. */
        AGREES_ON_ONE_SIDE,
        /** The remainder is of first order, on both sides with the same slope. */
        DISAGREES,
        /** Of first order on both sides with different slopes: f bends at x, and Taylor's theorem says nothing. */
        BENDS,
        /** Too few remainders are finite, or stand out of the noise. */
        CANNOT_TELL
    }

    /**
     * What is looked at.
     *
     * @param values f(x + t d) for many t at once
     * @param value f(x)
     * @param slope a.d, the claim's
     * @param largestStep the largest |t|
     */
    public record Line(UnaryOperator<double[]> values, double value, double slope, double largestStep) {}

    /** How many times f is evaluated where the claim is right; twice as many where it seems wrong. */
    public static int evaluations() {
        return STEPS;
    }

    /**
     * @param sigma the noise of f's values
     * @param tolerance how far a right slope may be off, because the claim is rounded
     */
    public static TaylorTest of(Line line, double sigma, double tolerance) {
        Side up = new Side(line, 1, sigma, tolerance);
        if (!up.isLinear()) {
            return up.test(up.isUndecided() ? Outcome.CANNOT_TELL : Outcome.AGREES);
        }
        Side down = new Side(line, -1, sigma, tolerance);
        if (down.isUndecided()) {
            return up.test(Outcome.DISAGREES);
        }
        if (!down.isLinear()) {
            return down.test(Outcome.AGREES_ON_ONE_SIDE);
        }
        double above = up.defect();
        double below = down.defect();
        boolean same = Math.abs(above - below) <= Math.max(Math.abs(above), Math.abs(below)) / 2;
        return up.test(same ? Outcome.DISAGREES : Outcome.BENDS);
    }

    /** The remainders on one side of x. */
    private static final class Side {

        private final double[] steps = new double[STEPS];
        private final double[] signed;
        private final double[] floors = new double[STEPS];
        private final double sign;
        private final int[] counting; // the positions of the remainders that count
        private final boolean blind;

        Side(Line line, double sign, double sigma, double tolerance) {
            this.sign = sign;
            double[] offsets = new double[STEPS];
            for (int k = 0; k < STEPS; k++) {
                steps[k] = Math.scalb(line.largestStep(), -3 * k);
                offsets[k] = sign * steps[k];
                floors[k] = 6 * sigma + steps[k] * (tolerance + 1e-13 * Math.abs(line.slope()));
            }
            signed = line.values().apply(offsets);
            for (int k = 0; k < STEPS; k++) {
                signed[k] -= line.value() + sign * steps[k] * line.slope();
            }
            blind = Arrays.stream(signed).noneMatch(Double::isFinite);
            counting = IntStream.range(0, STEPS)
                    .filter(k -> Double.isFinite(signed[k]) && Math.abs(signed[k]) > 2 * floors[k])
                    .toArray();
        }

        double remainder(int k) {
            return Math.abs(signed[k]);
        }

        boolean isLinear() {
            return counting.length >= 2 && order() < BETWEEN;
        }

        boolean isUndecided() {
            return blind || (counting.length == 1 && !(order() >= BETWEEN));
        }

        /** NaN where no remainder counts. */
        double order() {
            double fall = fallIntoNoise();
            return counting.length < 2 || fall > fitted() ? fall : fitted();
        }

        /** The order from the last remainder that counts to the next, which may be as large as the noise and no larger. */
        private double fallIntoNoise() {
            int next = counting.length == 0 ? STEPS : counting[counting.length - 1] + 1;
            return next < STEPS && Double.isFinite(signed[next])
                    ? Math.log(remainder(next - 1) / (2 * floors[next])) / Math.log(steps[next - 1] / steps[next])
                    : Double.NaN;
        }

        /** The slope of log R over log h by least squares. */
        private double fitted() {
            int first = Math.max(0, counting.length - FITTED);
            double meanStep = 0;
            double meanRemainder = 0;
            for (int c = first; c < counting.length; c++) {
                meanStep += Math.log(steps[counting[c]]) / (counting.length - first);
                meanRemainder += Math.log(remainder(counting[c])) / (counting.length - first);
            }
            double product = 0;
            double squares = 0;
            for (int c = first; c < counting.length; c++) {
                double step = Math.log(steps[counting[c]]) - meanStep;
                product += step * (Math.log(remainder(counting[c])) - meanRemainder);
                squares += step * step;
            }
            return product / squares;
        }

        /** {@code (g - a).d} as the smallest step that counts shows it. */
        double defect() {
            int last = counting[counting.length - 1];
            return sign * signed[last] / steps[last];
        }

        /** With R = C h^2 at the last of three steps, a term of 8 C h more makes the order 1.5. */
        double smallestDefect() {
            if (blind) {
                return Double.POSITIVE_INFINITY;
            }
            if (counting.length >= 2) {
                int last = counting[counting.length - 1];
                return 8 * remainder(last) / steps[last];
            }
            int k = counting.length == 0 ? 1 : Math.min(counting[0] + 1, STEPS - 1);
            double curved = counting.length == 0 ? 0 : 8 * remainder(counting[0]) / steps[counting[0]];
            return Math.max(curved, 4 * floors[k] / steps[k]);
        }

        TaylorTest test(Outcome outcome) {
            double[] remainders = Arrays.stream(signed).map(Math::abs).toArray();
            return new TaylorTest(order(), steps, remainders, smallestDefect(), outcome);
        }
    }
}
