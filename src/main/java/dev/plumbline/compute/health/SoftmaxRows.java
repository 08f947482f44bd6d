package dev.plumbline.compute.health;

import dev.plumbline.tensor.Tensor;
import java.util.Arrays;

/**
 * The rows of a softmax at a point, each along its axis: how far the largest logit lies above the others together.
 *
 * <p>A row in which a mask leaves one candidate alone has no gap; masks are told by logits below -10,000.
 */
record SoftmaxRows(Softmax softmax, Tensor logits) {

    private static final double MASKED = -1e4;

    int count() {
        return logits.size() / Math.max(1, softmax.classes());
    }

    /** Whether a row's gap is above a bound. */
    boolean isAbove(double bound, int row) {
        return second(row, true) > bound && gap(row) > bound;
    }

    boolean isMasked(int row) {
        return Double.isNaN(second(row, true));
    }

    /** The median of the gaps that there are. */
    double medianGap() {
        double[] gaps = new double[count()];
        int there = 0;
        for (int row = 0; row < gaps.length; row++) {
            double gap = gap(row);
            if (!Double.isNaN(gap)) {
                gaps[there++] = gap;
            }
        }
        Arrays.sort(gaps, 0, there);
        return there == 0 ? Double.NaN : gaps[there / 2];
    }

    /** The norm of a row of another tensor of this shape. */
    double norm(Tensor other, int row) {
        double norm = 0;
        for (int k = 0; k < softmax.classes(); k++) {
            norm = Math.hypot(norm, other.at(position(row, k)));
        }
        return norm;
    }

    /** The second largest logit, or how far it lies below the largest, which no gap exceeds; NaN where there is no gap. */
    private double second(int row, boolean below) {
        double largest = Double.NEGATIVE_INFINITY;
        double second = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < softmax.classes(); k++) {
            double value = logits.at(position(row, k));
            second = value > largest ? largest : Math.max(second, value);
            largest = Math.max(largest, value);
        }
        boolean isMasked = second < MASKED && largest > MASKED;
        if (isMasked || !Double.isFinite(largest) || !Double.isFinite(second)) {
            return Double.NaN;
        }
        return below ? largest - second : second;
    }

    /** The largest logit less log sum exp of the others. */
    private double gap(int row) {
        double second = second(row, false);
        double below = second(row, true);
        double sum = 0;
        for (int k = 0; k < softmax.classes(); k++) {
            sum += Math.exp(Math.min(logits.at(position(row, k)) - second, 0)); // of the largest 1, which goes again
        }
        return below - Math.log(sum - 1);
    }

    private int position(int row, int k) {
        int inner = softmax.logits().shape().strides()[softmax.axis()];
        return row / inner * inner * softmax.classes() + row % inner + k * inner;
    }
}
