package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.strip.FloatStrip;
import dev.plumbline.compute.optimizer.strip.Strip;

/** The norm of a segment's gradient; not finite where the gradient is not. */
final class GradientNorm {

    private GradientNorm() {}

    static double of(TensorArrays segment) {
        Strip gradient = segment.gradient();
        if (Registers.suit(gradient)) {
            return VectorGauge.norm((FloatStrip) gradient);
        }
        Strip buffer = gradient.zeros(SegmentStep.CHUNK);
        SumOfSquares squares = new SumOfSquares(gradient, SegmentStep.CHUNK);
        for (int start = 0; start < segment.length(); start += SegmentStep.CHUNK) {
            int length = Math.min(SegmentStep.CHUNK, segment.length() - start);
            Strip chunk = buffer.window(0, length);
            chunk.load(gradient.window(start, length));
            squares.add(chunk);
        }
        return squares.norm();
    }
}
