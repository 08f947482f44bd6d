package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.strip.AdaptiveStep;
import dev.plumbline.compute.optimizer.strip.FloatStrip;
import dev.plumbline.compute.optimizer.strip.Strip;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Strip#adapt} over float32 with its report, in vector registers: the same operations on the same numbers and so the
 * same bits, but each array is read once and written once, and the norms cost next to nothing. With {@link VectorGauge} the
 * step would take a quarter longer. See {@link Registers} for when it may be used; and let its loop not grow by much, or
 * HotSpot gives up on it, and each vector is an object for good.
 *
 * @param clipFactor what the gradient is multiplied by first
 * @param keep what the parameters are multiplied by first: decoupled weight decay
 */
record VectorStep(AdaptiveStep step, double clipFactor, double keep) {

    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

    /** So many elements are summed in float32. */
    private static final int RUN = 64 * LANES.length();

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
        RaisedSquares squares = new RaisedSquares();
        for (int from = parameters.from(); from < parameters.to(); from += RUN) {
            int length = Math.min(RUN, parameters.to() - from);
            run(x, g, m, v, old, from, length, squares);
            squares.take(true, old, x, g, from, length);
        }
        return squares.movement(segment.tensor(), true);
    }

    private void run(
            float[] x, float[] g, float[] m, float[] v, float[] old, int from, int length, RaisedSquares squares) {
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
        squares.gradient = gradient.reduceLanes(VectorOperators.ADD);
        squares.parameter = parameter.reduceLanes(VectorOperators.ADD);
        squares.update = update.reduceLanes(VectorOperators.ADD);
    }

    private static FloatVector addSquare(FloatVector sum, FloatVector p) {
        FloatVector raised = p.mul(RaisedSquares.RAISE);
        return sum.add(raised.mul(raised));
    }
}
