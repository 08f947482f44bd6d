package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.strip.FloatStrip;
import dev.plumbline.compute.optimizer.strip.Strip;

/**
 * A sum of squares that vector instructions can add up: one sum per element of a chunk, put together in float64 after every
 * {@value #CHUNKS} chunks, so that no float32 sum has more than as many terms and the norm is good to 1e-6 in the worst
 * case (with errors that do not conspire, to 1e-8). It is kept twice, of numbers scaled up and of numbers scaled down
 * (Blue 1978), so that neither 1e-30 nor 1e30 is lost in float32.
 */
final class SumOfSquares {

    static final int CHUNKS = 32;

    private static final double FLOAT_SCALE = 0x1p40;
    private static final double DOUBLE_SCALE = 0x1p300;

    private final double scale;
    private final Strip raised; // sums of (scale p)^2
    private final Strip lowered; // sums of (p / scale)^2
    private int chunks;
    private double raisedSum;
    private double loweredSum;

    SumOfSquares(Strip kind, int length) {
        scale = kind instanceof FloatStrip ? FLOAT_SCALE : DOUBLE_SCALE;
        raised = kind.zeros(length);
        lowered = kind.zeros(length);
    }

    void add(Strip p) {
        raised.window(0, p.length()).accumulateSquares(scale, lowered, p);
        count();
    }

    /** Adds p - q. */
    void addDifference(Strip p, Strip q) {
        raised.window(0, p.length()).accumulateSquares(scale, lowered, p, q);
        count();
    }

    private void count() {
        chunks++;
        if (chunks == CHUNKS) {
            widen();
        }
    }

    private void widen() {
        raisedSum += raised.sum();
        loweredSum += lowered.sum();
        raised.fill(0);
        lowered.fill(0);
        chunks = 0;
    }

    double norm() {
        widen();
        return Double.isFinite(raisedSum) ? Math.sqrt(raisedSum) / scale : Math.sqrt(loweredSum) * scale;
    }
}
