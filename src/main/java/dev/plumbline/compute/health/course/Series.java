package dev.plumbline.compute.health.course;

import dev.plumbline.compute.health.TensorNorms;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** The finite values of one figure over a window, oldest first, and the steps they belong to. */
final class Series {

    private final long[] steps;
    private final double[] values;

    private Series(long[] steps, double[] values) {
        this.steps = steps;
        this.values = values;
    }

    /** Of a value each; those that are not finite are left out. */
    static <T> Series of(List<T> items, ToLongFunction<T> step, ToDoubleFunction<T> figure) {
        long[] steps = new long[items.size()];
        double[] values = new double[items.size()];
        int n = 0;
        for (T item : items) {
            double value = figure.applyAsDouble(item);
            if (Double.isFinite(value)) {
                steps[n] = step.applyAsLong(item);
                values[n++] = value;
            }
        }
        return new Series(Arrays.copyOf(steps, n), Arrays.copyOf(values, n));
    }

    static Series ofLoss(List<Snapshot> window) {
        return of(window, snapshot -> snapshot.loss() == null ? Double.NaN : snapshot.loss());
    }

    static Series ofNorms(List<Snapshot> window, String tensor) {
        return of(window, snapshot -> {
            TensorNorms norms = snapshot.tensors().get(tensor);
            return norms == null ? Double.NaN : norms.gradientNorm();
        });
    }

    private static Series of(List<Snapshot> window, ToDoubleFunction<Snapshot> figure) {
        return of(window, Snapshot::step, figure);
    }

    int size() {
        return values.length;
    }

    double[] values() {
        return values.clone();
    }

    double at(int i) {
        return values[i];
    }

    long step(int i) {
        return steps[i];
    }

    /** The logarithms of the values above 0. */
    Series logarithms() {
        long[] kept = new long[size()];
        double[] logs = new double[size()];
        int n = 0;
        for (int i = 0; i < size(); i++) {
            if (values[i] > 0) {
                kept[n] = steps[i];
                logs[n++] = Math.log(values[i]);
            }
        }
        return new Series(Arrays.copyOf(kept, n), Arrays.copyOf(logs, n));
    }

    /** Every {@code stride}-th value, the last one among them. */
    Series every(int stride) {
        int n = (size() + stride - 1) / stride;
        long[] kept = new long[n];
        double[] picked = new double[n];
        for (int i = 0; i < n; i++) {
            int from = size() - 1 - (n - 1 - i) * stride;
            kept[i] = steps[from];
            picked[i] = values[from];
        }
        return new Series(kept, picked);
    }

    Series part(int from, int to) {
        return new Series(Arrays.copyOfRange(steps, from, to), Arrays.copyOfRange(values, from, to));
    }

    double median() {
        return median(values);
    }

    /** The upper one of two in the middle; NaN of nothing. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
