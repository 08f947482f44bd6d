package dev.plumbline.compute.optimizer.strip;

import java.util.Arrays;

/** A strip in float64; {@link FloatStrip} says the same in float32. */
public record DoubleStrip(double[] values, int from, int to) implements Strip {

    @Override
    public int length() {
        return to - from;
    }

    @Override
    public Strip window(int start, int length) {
        return new DoubleStrip(values, from + start, from + start + length);
    }

    @Override
    public Strip zeros(int length) {
        return Strip.of(new double[length]);
    }

    @Override
    public double at(int position) {
        return values[from + position];
    }

    @Override
    public void put(int position, double value) {
        values[from + position] = value;
    }

    @Override
    public void fill(double value) {
        Arrays.fill(values, from, to, value);
    }

    @Override
    public void load(Strip p) {
        DoubleStrip source = (DoubleStrip) p;
        System.arraycopy(source.values, source.from, values, from, to - from);
    }

    @Override
    public void scale(double k) {
        double[] y = values;
        for (int i = from; i < to; i++) {
            y[i] *= k;
        }
    }

    @Override
    public void add(double k) {
        double[] y = values;
        for (int i = from; i < to; i++) {
            y[i] += k;
        }
    }

    @Override
    public void accumulate(double keep, double take, Strip p) {
        double[] y = values;
        double[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] = keep * y[i] + take * x[i];
        }
    }

    @Override
    public void accumulateSign(double take, Strip p) {
        double t = take;
        double[] y = values;
        double[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] += t * Math.signum(x[i]);
        }
    }

    @Override
    public void accumulateSquare(double keep, double take, Strip p) {
        double[] y = values;
        double[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] = keep * y[i] + take * x[i] * x[i];
        }
    }

    @Override
    public void accumulateSquares(double k, Strip low, Strip p) {
        double up = k;
        double down = (1 / k);
        double[] high = values;
        double[] l = alongside(low);
        double[] x = alongside(p);
        for (int i = from; i < to; i++) {
            double large = up * x[i];
            double small = down * x[i];
            high[i] += large * large;
            l[i] += small * small;
        }
    }

    @Override
    public void accumulateSquares(double k, Strip low, Strip p, Strip q) {
        double up = k;
        double down = (1 / k);
        double[] high = values;
        double[] l = alongside(low);
        double[] x = alongside(p);
        double[] y = alongside(q);
        for (int i = from; i < to; i++) {
            double difference = x[i] - y[i];
            double large = up * difference;
            double small = down * difference;
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
            even += values[i] + values[i + 2];
            odd += values[i + 1] + values[i + 3];
        }
        for (; i < to; i++) {
            even += values[i];
        }
        return even + odd;
    }

    @Override
    public void accumulateQuotient(double keep, double take, Strip p, Strip q) {
        double[] y = values;
        double[] x = alongside(p);
        double[] d = alongside(q);
        for (int i = from; i < to; i++) {
            y[i] = keep * y[i] + take * x[i] / d[i];
        }
    }

    @Override
    public void accumulateQuotient(double keep, double take, Strip p, Root root, Strip v) {
        double[] y = values;
        double[] x = alongside(p);
        double[] w = alongside(v);
        double inside = root.inside();
        double scale = root.scale();
        double outside = root.outside();
        for (int i = from; i < to; i++) {
            y[i] = keep * y[i] + take * x[i] / (Math.sqrt(w[i] + inside) * scale + outside);
        }
    }

    @Override
    public void adapt(Strip gradient, Strip mean, Strip square, AdaptiveStep step) {
        double[] x = values;
        double[] g = alongside(gradient);
        double[] m = alongside(mean);
        double[] v = alongside(square);
        double beta1 = step.beta1();
        double beta2 = step.beta2();
        double takeMean = 1 - step.beta1();
        double takeSquare = 1 - step.beta2();
        double gradientRate = step.gradientRate();
        double meanRate = step.meanRate();
        double inside = step.root().inside();
        double scale = step.root().scale();
        double outside = step.root().outside();
        for (int i = from; i < to; i++) {
            double mi = beta1 * m[i] + takeMean * g[i];
            double vi = beta2 * v[i] + takeSquare * g[i] * g[i];
            double root = Math.sqrt(vi + inside) * scale + outside + 0 * vi;
            m[i] = mi;
            v[i] = vi;
            x[i] -= (gradientRate * g[i] + meanRate * mi) / root;
        }
    }

    @Override
    public void root(Root root, Strip v) {
        double[] y = values;
        double[] w = alongside(v);
        double inside = root.inside();
        double scale = root.scale();
        double outside = root.outside();
        for (int i = from; i < to; i++) {
            y[i] = Math.sqrt(w[i] + inside) * scale + outside;
        }
    }

    @Override
    public void multiply(Strip p) {
        double[] y = values;
        double[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] *= x[i];
        }
    }

    @Override
    public void divide(Strip p) {
        double[] y = values;
        double[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] /= x[i];
        }
    }

    @Override
    public void maximum(double k, Strip p) {
        double[] y = values;
        double[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] = Math.max(y[i], k * x[i]);
        }
    }

    @Override
    public void maximumMagnitude(double keep, Strip p, double offset) {
        double[] y = values;
        double[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] = Math.max(keep * y[i], Math.abs(x[i]) + offset);
        }
    }

    @Override
    public void clamp(double low, double high) {
        double[] y = values;
        for (int i = from; i < to; i++) {
            y[i] = Math.min(Math.max(y[i], low), high);
        }
    }

    @Override
    public void markNonFinite(Strip p) {
        double[] y = values;
        double[] x = alongside(p);
        for (int i = from; i < to; i++) {
            y[i] += 0 * x[i];
        }
    }

    private double[] alongside(Strip other) {
        DoubleStrip strip = (DoubleStrip) other;
        if (strip.from != from || strip.length() < length()) {
            throw new IllegalArgumentException("strips lie apart: " + from + " and " + strip.from);
        }
        return strip.values;
    }
}
