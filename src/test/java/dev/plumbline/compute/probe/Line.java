package dev.plumbline.compute.probe;

import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/**
 * A function of one number, at a point, with its one-sided derivatives there in closed form.
 *
 * @param function its value, every intermediate result of which goes through the rounding that it is given
 * @param edge the distance to the nearest bend where the prober is told it; infinite where it is not
 */
record Line(String family, Rounded function, double at, double left, double right, double edge) {

    private static final int RUNS = 8;

    /** A computation whose intermediate results are rounded by {@code r}. */
    interface Rounded {
        double at(double x, DoubleUnaryOperator r);
    }

    static Line smooth(String family, Rounded function, double at, double derivative) {
        return new Line(family, function, at, derivative, derivative, Double.POSITIVE_INFINITY);
    }

    boolean bends() {
        return left != right;
    }

    double valueAt(double x) {
        return function.at(x, y -> y);
    }

    double largestStep() {
        return Math.min(at == 0 ? 0.1 : 0.1 * Math.abs(at), edge / 2);
    }

    /** The rms of the value over runs with every intermediate result rounded at random. */
    double roundingNoise() {
        double norm = 0;
        for (int run = 0; run < RUNS; run++) {
            SplittableRandom random = new SplittableRandom(run);
            DoubleUnaryOperator scatter = y -> y == Math.rint(y) ? y : y + (random.nextInt(3) - 1) * Math.ulp(y);
            double off = function.at(at, scatter) - valueAt(at);
            norm = Math.hypot(norm, off);
        }
        return Double.isFinite(norm) ? norm / Math.sqrt(RUNS) : 0;
    }

    Slope slope() {
        return slope(Noise.measured(valuesAt(Noise.offsets(largestStep())), roundingNoise()));
    }

    Slope slope(Noise noise) {
        SlopeProbe probe = new SlopeProbe(valueAt(at), noise, largestStep());
        for (double[] offsets = probe.ask(); offsets.length > 0; offsets = probe.ask()) {
            double[] values = valuesAt(offsets);
            double[] taken = offsets.clone();
            for (int i = 0; i < taken.length; i++) {
                taken[i] = at + offsets[i] - at;
            }
            probe.tell(taken, values);
        }
        return probe.slope();
    }

    private double[] valuesAt(double[] offsets) {
        double[] values = new double[offsets.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = valueAt(at + offsets[i]);
        }
        return values;
    }

    @Override
    public String toString() {
        return family + " at " + at + " slopes " + left + " " + right + " edge " + edge;
    }
}
