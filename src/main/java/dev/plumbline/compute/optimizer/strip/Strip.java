package dev.plumbline.compute.optimizer.strip;

/**
 * A stretch of an array of floats or doubles, and the few vector operations that optimizers are written in; each is one
 * loop that the compiler turns into vector instructions. {@code this} is always the target, written y below.
 *
 * <p>The equations stand once, here in the language of strips, and run in the arithmetic of the strips they are given:
 * float32 is computed in float32, as PyTorch does, not in float64 and rounded. Strips that work together have the same
 * precision and lie at the same position of their arrays. The position is part of the rule because HotSpot vectorises a
 * loop over arrays only where all of them are read at the same index (another index might overlap); it is worth a factor
 * four.
 */
public sealed interface Strip permits DoubleStrip, FloatStrip {

    /** All of {@code values}: not a copy. */
    static Strip of(double[] values) {
        return new DoubleStrip(values, 0, values.length);
    }

    /** All of {@code values}: not a copy. */
    static Strip of(float[] values) {
        return new FloatStrip(values, 0, values.length);
    }

    int length();

    /** The elements from {@code start} on, sharing the array. */
    Strip window(int start, int length);

    /** A new strip of zeros in the same precision. */
    Strip zeros(int length);

    double at(int position);

    void put(int position, double value);

    void fill(double value);

    /** y = p; the one operation whose two strips may lie anywhere. */
    void load(Strip p);

    /** y = k y. */
    void scale(double k);

    /** y = y + k. */
    void add(double k);

    /** y = keep y + take p. */
    void accumulate(double keep, double take, Strip p);

    /** y = y + take sign(p), and sign(0) = 0. */
    void accumulateSign(double take, Strip p);

    /** y = keep y + take p^2. */
    void accumulateSquare(double keep, double take, Strip p);

    /** y = y + (k p)^2 and low = low + (p / k)^2: squares of which, in one of the two, none is lost (Blue 1978). */
    void accumulateSquares(double k, Strip low, Strip p);

    /** y = y + (k (p - q))^2 and low = low + ((p - q) / k)^2. */
    void accumulateSquares(double k, Strip low, Strip p, Strip q);

    /** The sum of y, in float64. */
    double sum();

    /** y = keep y + take p / q. */
    void accumulateQuotient(double keep, double take, Strip p, Strip q);

    /** y = keep y + take p / root(v), root by root: see {@link Root}. */
    void accumulateQuotient(double keep, double take, Strip p, Root root, Strip v);

    /**
     * Adam's whole step in one pass, y being the parameters: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2,
     * y = y - (gradientRate g + meanRate m) / root(v). It says nothing that the operations above cannot say; it is here
     * because a step over millions of parameters waits for memory, and three passes take a third longer than one. Where m
     * or v is not finite, y becomes NaN or infinite, even where an infinite root would have hidden it.
     */
    void adapt(Strip g, Strip m, Strip v, AdaptiveStep step);

    /** y = root(v). */
    void root(Root root, Strip v);

    /** y = y p. */
    void multiply(Strip p);

    /** y = y / p. */
    void divide(Strip p);

    /** y = max(y, k p). */
    void maximum(double k, Strip p);

    /** y = max(keep y, |p| + offset). */
    void maximumMagnitude(double keep, Strip p, double offset);

    /** y = min(max(y, low), high). */
    void clamp(double low, double high);

    /** y = y + 0 p: stays as it is where p is finite and becomes NaN for good where it is not. */
    void markNonFinite(Strip p);

    /** The Euclidean norm, in float64, of entries however large or small. */
    default double norm() {
        double largest = 0;
        for (int i = 0; i < length(); i++) {
            largest = Math.max(largest, Math.abs(at(i)));
        }
        if (largest == 0 || !Double.isFinite(largest)) {
            return largest;
        }
        double sum = 0;
        for (int i = 0; i < length(); i++) {
            double part = at(i) / largest;
            sum += part * part;
        }
        return largest * Math.sqrt(sum);
    }

    /** The position of the first NaN or infinity, or -1. */
    default int firstNonFinite() {
        for (int i = 0; i < length(); i++) {
            if (!Double.isFinite(at(i))) {
                return i;
            }
        }
        return -1;
    }
}
