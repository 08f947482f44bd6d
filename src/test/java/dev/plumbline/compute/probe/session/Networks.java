package dev.plumbline.compute.probe.session;

import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/** Dense networks with cross entropy, by hand: x W + b, an activation, ..., the mean over the batch. */
final class Networks implements Objective {

    private final int[] widths;
    private final double[][] inputs;
    private final int[] classes;
    private final double[][] point;
    private final boolean relu;
    private final boolean float32;

    Networks(long seed, boolean relu, boolean float32, int batch, int... widths) {
        SplittableRandom random = new SplittableRandom(seed);
        this.widths = widths;
        this.relu = relu;
        this.float32 = float32;
        this.inputs = new double[batch][widths[0]];
        this.classes = new int[batch];
        for (int n = 0; n < batch; n++) {
            for (int i = 0; i < widths[0]; i++) {
                inputs[n][i] = rounded(random.nextGaussian());
            }
            classes[n] = random.nextInt(widths[widths.length - 1]);
        }
        this.point = new double[2 * (widths.length - 1)][];
        for (int l = 0; l + 1 < widths.length; l++) {
            double scale = Math.sqrt(2.0 / widths[l]);
            point[2 * l] = random.doubles((long) widths[l] * widths[l + 1])
                    .map(u -> rounded(scale * random.nextGaussian()))
                    .toArray();
            point[2 * l + 1] = random.doubles(widths[l + 1])
                    .map(u -> rounded(0.1 * random.nextGaussian()))
                    .toArray();
        }
    }

    private double rounded(double value) {
        return float32 ? (float) value : value;
    }

    @Override
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (int l = 0; l + 1 < widths.length; l++) {
            names.add("layers." + l + ".weight");
            names.add("layers." + l + ".bias");
        }
        return names;
    }

    @Override
    public List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (int l = 0; l + 1 < widths.length; l++) {
            shapes.add(Shape.of(widths[l], widths[l + 1]));
            shapes.add(Shape.of(widths[l + 1]));
        }
        return shapes;
    }

    @Override
    public double[][] point() {
        return point;
    }

    private double activated(double z) {
        return relu ? Math.max(z, 0) : rounded(Math.tanh(z));
    }

    private double slope(double z) {
        return relu ? (z > 0 ? 1 : 0) : 1 - Math.tanh(z) * Math.tanh(z);
    }

    private double[] layer(double[][] x, int l, double[] in) {
        double[] out = new double[widths[l + 1]];
        for (int j = 0; j < out.length; j++) {
            double sum = x[2 * l + 1][j];
            for (int i = 0; i < in.length; i++) {
                sum = rounded(sum + rounded(in[i] * x[2 * l][i * out.length + j]));
            }
            out[j] = sum;
        }
        return out;
    }

    private static double[] map(double[] values, DoubleUnaryOperator by) {
        double[] mapped = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            mapped[i] = by.applyAsDouble(values[i]);
        }
        return mapped;
    }

    @Override
    public double value(double[][] x) {
        double total = 0;
        for (int n = 0; n < inputs.length; n++) {
            double[] h = inputs[n];
            for (int l = 0; l + 1 < widths.length; l++) {
                h = layer(x, l, h);
                h = l + 2 < widths.length ? map(h, this::activated) : h;
            }
            double sum = 0;
            for (double z : h) {
                sum = rounded(sum + rounded(Math.exp(z)));
            }
            total = rounded(total + rounded(rounded(Math.log(sum)) - h[classes[n]]));
        }
        return rounded(total / inputs.length);
    }

    @Override
    public double[][] gradient() {
        double[][] gradient = new double[point.length][];
        for (int t = 0; t < point.length; t++) {
            gradient[t] = new double[point[t].length];
        }
        for (int n = 0; n < inputs.length; n++) {
            backward(n, gradient);
        }
        return gradient;
    }

    private void backward(int n, double[][] gradient) {
        List<double[]> ins = new ArrayList<>();
        List<double[]> outs = new ArrayList<>();
        double[] h = inputs[n];
        int layers = widths.length - 1;
        for (int l = 0; l < layers; l++) {
            ins.add(h);
            outs.add(layer(point, l, h));
            h = l + 1 < layers ? map(outs.get(l), this::activated) : outs.get(l);
        }
        double sum = 0;
        for (double z : h) {
            sum += Math.exp(z);
        }
        double[] delta = new double[h.length];
        for (int j = 0; j < h.length; j++) {
            delta[j] = (Math.exp(h[j]) / sum - (j == classes[n] ? 1 : 0)) / inputs.length;
        }
        for (int l = layers - 1; l >= 0; l--) {
            double[] in = ins.get(l);
            double[] back = new double[in.length];
            for (int i = 0; i < in.length; i++) {
                for (int j = 0; j < delta.length; j++) {
                    gradient[2 * l][i * delta.length + j] += in[i] * delta[j];
                    back[i] += point[2 * l][i * delta.length + j] * delta[j];
                }
            }
            for (int j = 0; j < delta.length; j++) {
                gradient[2 * l + 1][j] += delta[j];
            }
            if (l > 0) {
                for (int i = 0; i < back.length; i++) {
                    back[i] *= slope(outs.get(l - 1)[i]);
                }
            }
            delta = back;
        }
    }
}
