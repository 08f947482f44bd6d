package dev.plumbline.compute.optimizer.strip;

import java.util.Arrays;

/** A strip in float32; {@link DoubleStrip} says the same in float64. Scalars are rounded to float32 once, before the loop. */
public record FloatStrip(float[] values, int from, int to) implements Strip {

    @Override
    public int length() {
        return to - from;
    }

    @Override
    public Strip window(int start, int length) {
        return new FloatStrip(values, from + start, from + start + length);
    }

    @Override
    public Strip zeros(int length) {
        return Strip.of(new float[length]);
    }

    @Override
    public double at(int position) {
        return values[from + position];
    }

    @Override
    public void put(int position, double value) {
        values[from + position] = (float) value;
    }

    @Override
    public void fill(double value) {
        Arrays.fill(values, from, to, (float) value);
    }

    @Override
    public void load(Strip p) {
        FloatStrip source = (FloatStrip) p;
        System.arraycopy(source.values, source.from, values, from, to - from);
    }

    @Override
    public void scale(double k) {
        float factor = (float) k;
        float[] y = values;
        for (int i = from; i < to; i++) {
            y[i] *= factor;
        }
    }

    @Override
    public void add(double k) {
        float term = (float) k;
        float[] y = values;
        for (int i = from; i < to; i++) {
            y[i] += term;
        }
    }

    @Override
    public void accumulate(double keep, double take, Strip p) {
        float k = (float) keep;
        float t = (float) take;
        float[] y = values;
        float[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] = k * y[i] + t * x[i];
        }
    }

    @Override
    public void accumulateSign(double take, Strip p) {
        float t = (float) take;
        float[] y = values;
        float[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] += t * Math.signum(x[i]);
        }
    }

    @Override
    public void accumulateSquare(double keep, double take, Strip p) {
        float k = (float) keep;
        float t = (float) take;
        float[] y = values;
        float[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] = k * y[i] + t * x[i] * x[i];
        }
    }

    @Override
    public void accumulateSquares(double k, Strip low, Strip p) {
        float up = (float) k;
        float down = (float) (1 / k);
        float[] high = values;
        float[] l = alongside(low);
        float[] x = alongside(p);
        for (int i = from; i < to; i++) {
            float large = up * x[i];
            float small = down * x[i];
            high[i] += large * large;
            l[i] += small * small;
        }
    }

    @Override
    public void accumulateSquares(double k, Strip low, Strip p, Strip q) {
        float up = (float) k;
        float down = (float) (1 / k);
        float[] high = values;
        float[] l = alongside(low);
        float[] x = alongside(p);
        float[] y = alongside(q);
        for (int i = from; i < to; i++) {
            float difference = x[i] - y[i];
            float large = up * difference;
            float small = down * difference;
            high[i] += large * large;
            l[i] += small * small;
        }
    }

    /** Two sums of two side by side, because an addition waits four cycles for the one before it. */
    @Override
    public double sum() {
        double even = 0;
        double odd = 0;
        int i = from;
        for (; i + 3 < to; i += 4) {
            even += (double) values[i] + values[i + 2];
            odd += (double) values[i + 1] + values[i + 3];
        }
        for (; i < to; i++) {
            even += values[i];
        }
        return even + odd;
    }

    @Override
    public void accumulateQuotient(double keep, double take, Strip p, Strip q) {
        float k = (float) keep;
        float t = (float) take;
        float[] y = values;
        float[] x = alongside(p);
        float[] d = alongside(q);
        for (int i = from; i < to; i++) {
            y[i] = k * y[i] + t * x[i] / d[i];
        }
    }

    @Override
    public void accumulateQuotient(double keep, double take, Strip p, Root root, Strip v) {
        float k = (float) keep;
        float t = (float) take;
        float[] y = values;
        float[] x = alongside(p);
        float[] w = alongside(v);
        float inside = (float) root.inside();
        float scale = (float) root.scale();
        float outside = (float) root.outside();
        for (int i = from; i < to; i++) {
            y[i] = k * y[i] + t * x[i] / ((float) Math.sqrt(w[i] + inside) * scale + outside);
        }
    }

    @Override
    public void adapt(Strip gradient, Strip mean, Strip square, AdaptiveStep step) {
        float[] x = values;
        float[] g = alongside(gradient);
        float[] m = alongside(mean);
        float[] v = alongside(square);
        float beta1 = (float) step.beta1();
        float beta2 = (float) step.beta2();
        float takeMean = (float) (1 - step.beta1());
        float takeSquare = (float) (1 - step.beta2());
        float gradientRate = (float) step.gradientRate();
        float meanRate = (float) step.meanRate();
        float inside = (float) step.root().inside();
        float scale = (float) step.root().scale();
        float outside = (float) step.root().outside();
        for (int i = from; i < to; i++) {
            float mi = beta1 * m[i] + takeMean * g[i];
            float vi = beta2 * v[i] + takeSquare * g[i] * g[i];
            float root = (float) Math.sqrt(vi + inside) * scale + outside + 0 * vi;
            m[i] = mi;
            v[i] = vi;
            x[i] -= (gradientRate * g[i] + meanRate * mi) / root;
        }
    }

    @Override
    public void root(Root root, Strip v) {
        float[] y = values;
        float[] w = alongside(v);
        float inside = (float) root.inside();
        float scale = (float) root.scale();
        float outside = (float) root.outside();
        for (int i = from; i < to; i++) {
            y[i] = (float) Math.sqrt(w[i] + inside) * scale + outside;
        }
    }

    @Override
    public void multiply(Strip p) {
        float[] y = values;
        float[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] *= x[i];
        }
    }

    @Override
    public void divide(Strip p) {
        float[] y = values;
        float[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] /= x[i];
        }
    }

    @Override
    public void maximum(double k, Strip p) {
        float factor = (float) k;
        float[] y = values;
        float[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] = Math.max(y[i], factor * x[i]);
        }
    }

    @Override
    public void maximumMagnitude(double keep, Strip p, double offset) {
        float k = (float) keep;
        float o = (float) offset;
        float[] y = values;
        float[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] = Math.max(k * y[i], Math.abs(x[i]) + o);
        }
    }

    @Override
    public void clamp(double low, double high) {
        float l = (float) low;
        float h = (float) high;
        float[] y = values;
        for (int i = from; i < to; i++) {
            y[i] = Math.min(Math.max(y[i], l), h);
        }
    }

    @Override
    public void markNonFinite(Strip p) {
        float[] y = values;
        float[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] += 0 * x[i];
        }
    }

    /** The array of a float32 strip at least as long that lies at the same position: not a copy. */
    public float[] alongside(Strip other) {
        FloatStrip strip = (FloatStrip) other;
        if (strip.from != from || strip.length() < length()) {
            throw new IllegalArgumentException("strips lie apart: " + from + " and " + strip.from);
        }
        return strip.values;
    }
}
