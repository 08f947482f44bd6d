package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.strip.FloatStrip;
import dev.plumbline.compute.optimizer.strip.Strip;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures float32 in vector registers: one pass over a chunk that is still in the first-level cache, at a fifth of the
 * step's time. See {@link Registers} for when it may be used, and {@link RaisedSquares} for how well it measures.
 */
final class VectorGauge implements Gauge {

    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

    private final boolean slotsToo;
    private final float[] old = new float[SegmentStep.CHUNK];
    private final RaisedSquares squares = new RaisedSquares();
    private boolean slotsFinite = true;

    VectorGauge(boolean slotsToo) {
        this.slotsToo = slotsToo;
    }

    @Override
    public void before(TensorArrays chunk) {
        FloatStrip x = (FloatStrip) chunk.parameters();
        System.arraycopy(x.values(), x.from(), old, 0, x.length());
    }

    @Override
    public void after(TensorArrays chunk) {
        FloatStrip parameters = (FloatStrip) chunk.parameters();
        float[] x = parameters.values();
        float[] g = parameters.alongside(chunk.gradient());
        int length = parameters.length();
        int whole = LANES.loopBound(length);
        sum(x, g, parameters.from(), whole);
        squares.take(whole == length, old, x, g, parameters.from(), length);
        if (slotsToo) {
            for (Strip slot : chunk.slots()) {
                slotsFinite &= isFinite((FloatStrip) slot);
            }
        }
    }

    private void sum(float[] x, float[] g, int from, int length) {
        FloatVector gradient = FloatVector.zero(LANES);
        FloatVector parameter = gradient;
        FloatVector update = gradient;
        for (int i = 0; i < length; i += LANES.length()) {
            FloatVector before = FloatVector.fromArray(LANES, old, i);
            FloatVector after = FloatVector.fromArray(LANES, x, from + i);
            FloatVector slope = FloatVector.fromArray(LANES, g, from + i).mul(RaisedSquares.RAISE);
            FloatVector place = before.mul(RaisedSquares.RAISE);
            FloatVector move = after.sub(before).mul(RaisedSquares.RAISE);
            gradient = gradient.add(slope.mul(slope));
            parameter = parameter.add(place.mul(place));
            update = update.add(move.mul(move));
        }
        squares.gradient = gradient.reduceLanes(VectorOperators.ADD);
        squares.parameter = parameter.reduceLanes(VectorOperators.ADD);
        squares.update = update.reduceLanes(VectorOperators.ADD);
    }

    /** The norm of a strip; not finite where the strip is not. */
    static double norm(FloatStrip strip) {
        float[] p = strip.values();
        double square = 0;
        for (int start = strip.from(); start < strip.to(); start += SegmentStep.CHUNK) {
            int from = start;
            int length = Math.min(SegmentStep.CHUNK, strip.to() - start);
            int whole = LANES.loopBound(length);
            square += RaisedSquares.square(whole == length, raised(p, from, whole), length, i -> p[from + i]);
        }
        return Math.sqrt(square);
    }

    private static float raised(float[] p, int from, int length) {
        FloatVector sum = FloatVector.zero(LANES);
        for (int i = from; i < from + length; i += LANES.length()) {
            FloatVector raised = FloatVector.fromArray(LANES, p, i).mul(RaisedSquares.RAISE);
            sum = sum.add(raised.mul(raised));
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    private static boolean isFinite(FloatStrip strip) {
        float[] p = strip.values();
        int whole = strip.from() + LANES.loopBound(strip.length());
        FloatVector mark = FloatVector.zero(LANES);
        for (int i = strip.from(); i < whole; i += LANES.length()) {
            mark = mark.add(FloatVector.fromArray(LANES, p, i).mul(0));
        }
        float rest = mark.reduceLanes(VectorOperators.ADD);
        for (int i = whole; i < strip.to(); i++) {
            rest += 0 * p[i];
        }
        return rest == 0;
    }

    @Override
    public Movement movement(String tensor) {
        return squares.movement(tensor, slotsFinite);
    }
}
