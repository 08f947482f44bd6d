package dev.plumbline.compute.optimizer;

import java.util.function.IntToDoubleFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Strip#adapt} over float32 with its report, in vector registers: the same operations on the same numbers and so the
 * same bits, but each array is read once and written once, and the norms cost next to nothing. HotSpot's own vectors cannot
 * add up a norm, because that changes the order of a sum; the ordinary way of {@link SegmentStep} needs three passes more.
 *
 * <p>It takes the JDK's incubating {@code jdk.incubator.vector}, which a JVM has only if it was started with
 * {@code --add-modules jdk.incubator.vector}: nothing may touch this class otherwise. Until its loop is compiled each vector
 * is an object, and the step ten times as slow; and if the loop grows by much, HotSpot gives up on it and it stays so.
 *
 * @param clipFactor what the gradient is multiplied by first
 * @param keep what the parameters are multiplied by first: decoupled weight decay
 */
record VectorStep(AdaptiveStep step, double clipFactor, double keep) {

    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

    /** So many elements are summed in float32: each lane's 64 terms round the norm by 2e-6 in the worst case. */
    private static final int RUN = 64 * LANES.length();

    private static final float RAISE = 0x1p30f;

    /** How many of {@code length} elements fill whole registers. */
    static int whole(int length) {
        return LANES.loopBound(length);
    }

    /** @param segment of {@link #whole} registers */
    Movement take(TensorArrays segment) {
        FloatStrip parameters = (FloatStrip) segment.parameters();
        float[] x = parameters.values();
        float[] g = parameters.alongside(segment.gradient());
        float[] m = parameters.alongside(segment.slots().get(0));
        float[] v = parameters.alongside(segment.slots().get(1));
        float[] old = new float[RUN];
        RaisedSquares raised = new RaisedSquares();
        double gradient = 0; // squared norms
        double parameter = 0;
        double update = 0;
        for (int start = parameters.from(); start < parameters.to(); start += RUN) {
            int from = start;
            int length = Math.min(RUN, parameters.to() - start);
            run(x, g, m, v, old, from, length, raised);
            gradient += square(raised.gradient, length, i -> g[from + i]);
            parameter += square(raised.parameter, length, i -> old[i]);
            update += square(raised.update, length, i -> x[from + i] - old[i]);
        }
        double moved = Math.sqrt(update);
        return new Movement(segment.tensor(), Double.isFinite(moved), moved, Math.sqrt(parameter), Math.sqrt(gradient));
    }

    private void run(
            float[] x, float[] g, float[] m, float[] v, float[] old, int from, int length, RaisedSquares raised) {
        float clip = (float) clipFactor;
        float decay = (float) keep;
        float beta1 = (float) step.beta1();
        float beta2 = (float) step.beta2();
        float takeMean = (float) (1 - step.beta1());
        float takeSquare = (float) (1 - step.beta2());
        float gradientRate = (float) step.gradientRate();
        float meanRate = (float) step.meanRate();
        float inside = (float) step.root().inside();
        float scale = (float) step.root().scale();
        float outside = (float) step.root().outside();
        FloatVector gradient = FloatVector.zero(LANES);
        FloatVector parameter = gradient;
        FloatVector update = gradient;
        for (int i = 0; i < length; i += LANES.length()) {
            FloatVector xi = FloatVector.fromArray(LANES, x, from + i);
            FloatVector raw = FloatVector.fromArray(LANES, g, from + i);
            FloatVector gi = raw.mul(clip);
            FloatVector mi =
                    FloatVector.fromArray(LANES, m, from + i).mul(beta1).add(gi.mul(takeMean));
            FloatVector vi = FloatVector.fromArray(LANES, v, from + i)
                    .mul(beta2)
                    .add(gi.mul(takeSquare).mul(gi));
            FloatVector root = vi.add(inside).sqrt().mul(scale).add(outside).add(vi.mul(0));
            FloatVector after =
                    xi.mul(decay).sub(gi.mul(gradientRate).add(mi.mul(meanRate)).div(root));
            xi.intoArray(old, i);
            mi.intoArray(m, from + i);
            vi.intoArray(v, from + i);
            after.intoArray(x, from + i);
            gradient = addSquare(gradient, raw);
            parameter = addSquare(parameter, xi);
            update = addSquare(update, after.sub(xi));
        }
        raised.gradient = gradient.reduceLanes(VectorOperators.ADD);
        raised.parameter = parameter.reduceLanes(VectorOperators.ADD);
        raised.update = update.reduceLanes(VectorOperators.ADD);
    }

    private static FloatVector addSquare(FloatVector sum, FloatVector p) {
        FloatVector raised = p.mul(RAISE);
        return sum.add(raised.mul(raised));
    }

    /** The sum lowered again; where float32 could not hold it, or held only dregs of it, it is added up in float64. */
    private static double square(float raised, int length, IntToDoubleFunction values) {
        if (raised > 0x1p-100f && raised <= Float.MAX_VALUE) {
            return raised / RAISE / (double) RAISE;
        }
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += values.applyAsDouble(i) * values.applyAsDouble(i);
        }
        return sum;
    }

    /** Sums of (RAISE p)^2 over a run: entries of 1e-24 count, and entries of 1e7 do not overflow. */
    private static final class RaisedSquares {
        float gradient;
        float parameter;
        float update;
    }
}
