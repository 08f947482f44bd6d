package dev.plumbline.compute.probe;

/**
 * The derivative at 0 of a function of one number, with an error bar: an ask/tell machine.
 *
 * <p>It sweeps steps {@code h_k = h_0 4^-k}. With the central differences {@code D_k}:
 *
 * <pre>
 *   E_k = (16 D_{k+1} - D_k) / 15                              Richardson's extrapolation
 *   T_k = |E_k - E_{k-1}| / 16                                 truncation
 *   R_k = kappa sigma (16 / h_{k+1} + 1 / h_k) / (15 sqrt 2)   round-off, kappa = 3
 *   U_k = T_k + R_k
 * </pre>
 *
 * and keeps the k of least U. It stops where round-off alone exceeds that, since smaller steps cannot do better. Across a
 * kink {@code D_k} can be very steady and very wrong, the mean of two slopes; so as long as the jump between the one-sided
 * slopes {@code J(h) = D+(h) - D-(h)} does not shrink with the step the sweep goes on, and steps that crossed the kink do
 * not count. The step is chosen without looking at any claimed
 * derivative: choosing the one that agrees best accepts wrong gradients. Differences are divided by the step actually
 * taken, since {@code x + h} rounds.
 *
 * <p>Use: while {@link #ask} gives offsets, evaluate there and {@link #tell}; then read {@link #slope}. Values that are
 * not finite at some steps (a domain's edge) only discard those steps.
 */
public final class SlopeProbe {

    private static final int FIRST_STEPS = 6;
    private static final int MOST_STEPS = 18;
    private static final double KAPPA = 3;

    private final double value;
    private final double sigma;
    private final double largestStep;
    private final double[] plus = new double[MOST_STEPS]; // f(+h_k)
    private final double[] minus = new double[MOST_STEPS]; // f(-h_k)
    private final double[] above = new double[MOST_STEPS]; // the step taken upwards
    private final double[] below = new double[MOST_STEPS]; // the step taken downwards, positive
    private int steps;
    private int asked;

    /**
     * @param value the function at 0
     * @param noise the noise of its values
     * @param largestStep h_0: a tenth of the size of what is perturbed, or less at a domain's edge
     */
    public SlopeProbe(double value, Noise noise, double largestStep) {
        this.value = value;
        this.sigma = noise.sigma();
        this.largestStep = largestStep;
    }

    /** The offsets to evaluate next, in pairs +h, -h; none when the derivative is known. */
    public double[] ask() {
        asked = steps == 0 ? FIRST_STEPS : isSettled() ? 0 : Math.min(2, MOST_STEPS - steps);
        double[] offsets = new double[2 * asked];
        for (int i = 0; i < asked; i++) {
            double h = Math.scalb(largestStep, -2 * (steps + i));
            offsets[2 * i] = h;
            offsets[2 * i + 1] = -h;
        }
        return offsets;
    }

    /**
     * The values at the offsets asked for.
     *
     * @param taken the offsets really taken, after rounding
     */
    public void tell(double[] taken, double[] values) {
        if (taken.length != 2 * asked || values.length != 2 * asked) {
            throw new IllegalArgumentException("told " + values.length + " values, asked for " + 2 * asked);
        }
        for (int i = 0; i < asked; i++, steps++) {
            above[steps] = taken[2 * i];
            below[steps] = -taken[2 * i + 1];
            plus[steps] = values[2 * i];
            minus[steps] = values[2 * i + 1];
        }
        asked = 0;
    }

    private boolean isSettled() {
        int best = best(firstClean());
        boolean bends = lastStay() == steps - 1;
        return steps == MOST_STEPS || (best >= 0 && !bends && roundOff(steps - 2) >= errorBound(best));
    }

    /** The derivative, its error bar and its evidence, from all values told so far. */
    public Slope slope() {
        Slope.Kink kink = kink();
        int first = kink == Slope.Kink.NEARBY ? firstClean() : 0;
        int best = best(first);
        if (best < 0) {
            best = best(0);
        }
        if (best < 0) {
            return Slope.blind();
        }
        int side = sharpestSide(first);
        return new Slope(
                extrapolated(best),
                errorBound(best),
                (above[best + 1] + below[best + 1]) / 2,
                plus[best + 1],
                minus[best + 1],
                left(side),
                right(side),
                sideBound(side),
                kink);
    }

    /** The k of least error bound from {@code first} on; -1 where no three steps in a row have finite values. */
    private int best(int first) {
        int best = -1;
        for (int k = first + 1; k + 1 < steps; k++) {
            if (Double.isFinite(errorBound(k)) && (best < 0 || errorBound(k) < errorBound(best))) {
                best = k;
            }
        }
        return best;
    }

    private double central(int k) {
        return (plus[k] - minus[k]) / (above[k] + below[k]);
    }

    private double extrapolated(int k) {
        return (16 * central(k + 1) - central(k)) / 15;
    }

    private double errorBound(int k) {
        double truncation = Math.abs(extrapolated(k) - extrapolated(k - 1)) / 16;
        return truncation + roundOff(k);
    }

    private double roundOff(int k) {
        return KAPPA * sigma * (16 / above[k + 1] + 1 / above[k]) / (15 * Math.sqrt(2));
    }

    // ── the two sides: J(h) = right - left halves with h where the function is smooth, and stays at a kink ──

    private double right(int k) {
        return (plus[k] - value) / above[k];
    }

    private double left(int k) {
        return (value - minus[k]) / below[k];
    }

    private double jump(int k) {
        return Math.abs(right(k) - left(k));
    }

    private double sideNoise(int k) {
        return KAPPA * 2 * sigma / above[k];
    }

    /** How far a one-sided slope may be from its limit: half the change from the step before, and noise. */
    private double sideBound(int k) {
        double change = k == 0 ? jump(k) : Math.abs(jump(k) - jump(k - 1));
        return change + sideNoise(k);
    }

    /** The step whose one-sided slopes have the least bound, among {@code first} and those after it. */
    private int sharpestSide(int first) {
        int best = first;
        for (int k = first + 1; k < steps; k++) {
            if (Double.isFinite(jump(k)) && !(sideBound(k) > sideBound(best))) {
                best = k;
            }
        }
        return best;
    }

    /** The last step from which the jump did not shrink as a smooth function's does; 0 where it always did. */
    private int lastStay() {
        for (int k = steps - 1; k > 0; k--) {
            boolean standsOut = jump(k) > 2 * sideNoise(k) + 1e-9 * (Math.abs(left(k)) + Math.abs(right(k)));
            if (standsOut && fallOfJump(k) < 0.5) {
                return k;
            }
        }
        return 0;
    }

    /** The first step that cannot cross a kink: the one after a stay may, where it only just reaches the kink. */
    private int firstClean() {
        int stay = lastStay();
        return stay == 0 ? 0 : Math.min(stay + 2, steps - 1);
    }

    private Slope.Kink kink() {
        int stay = lastStay();
        if (stay == 0) {
            return Slope.Kink.NONE;
        }
        for (int k = stay + 1; k < steps; k++) {
            if (jump(k) + sideNoise(k) < jump(stay) / 2) {
                return Slope.Kink.NEARBY;
            }
        }
        return stay >= 2 && fallOfJump(stay - 1) < 0.5 ? Slope.Kink.HERE : Slope.Kink.NEARBY;
    }

    /** The slope of log J over log h between two steps: 1 where smooth, 0 at a kink. */
    private double fallOfJump(int k) {
        return Math.log(jump(k - 1) / jump(k)) / Math.log(4);
    }
}
