package dev.plumbline.compute.optimizer;

/**
 * A sum of squares that vector instructions can add up: one sum per element of a chunk, put together at the end. It is kept
 * twice, of numbers scaled up and of numbers scaled down (Blue 1978), so that neither 1e-30 nor 1e30 is lost in float32.
 */
final class SumOfSquares {

    private static final double FLOAT_SCALE = 0x1p40;
    private static final double DOUBLE_SCALE = 0x1p300;

    private final double scale;
    private final Strip raised; // sums of (scale p)^2
    private final Strip lowered; // sums of (p / scale)^2

    SumOfSquares(Strip kind, int length) {
        scale = kind instanceof FloatStrip ? FLOAT_SCALE : DOUBLE_SCALE;
        raised = kind.zeros(length);
        lowered = kind.zeros(length);
    }

    void add(Strip p) {
        raised.window(0, p.length()).accumulateSquare(1, scale * scale, p);
        lowered.window(0, p.length()).accumulateSquare(1, 1 / (scale * scale), p);
    }

    double norm() {
        double sum = sum(raised);
        return Double.isFinite(sum) ? Math.sqrt(sum) / scale : Math.sqrt(sum(lowered)) * scale;
    }

    private static double sum(Strip strip) {
        double sum = 0;
        for (int i = 0; i < strip.length(); i++) {
            sum += strip.at(i);
        }
        return sum;
    }
}
