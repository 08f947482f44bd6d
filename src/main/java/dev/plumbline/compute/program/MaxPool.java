package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The largest value in each window, over (batch, channels, height, width); padding never wins. The first of those that
 * tie, in row-major order, receives the gradient, as in PyTorch. NaN wins.
 */
record MaxPool(Window window) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape x = inputs.get(0);
        Shapes.requireRank(x, 4, "the input of max pooling");
        window.requirePoolPadding();
        int[] output = window.output(x.extent(2), x.extent(3));
        return Shapes.of(x.extent(0), x.extent(1), output[0], output[1]);
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] x = inputs.get(0).values();
        int[] winners = winners(inputs.get(0), shape);
        double[] y = new double[winners.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = winners[i] < 0 ? Double.NEGATIVE_INFINITY : x[winners[i]];
        }
        return y;
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        if (dx == null) {
            return;
        }
        int[] winners = winners(inputs.get(0), output.shape());
        for (int i = 0; i < winners.length; i++) {
            if (winners[i] >= 0) {
                dx[winners[i]] += cotangent[i];
            }
        }
    }

    /** For each window the position of its largest value; -1 where dilation leaves it only padding. */
    private int[] winners(Tensor input, Shape shape) {
        double[] x = input.values();
        int height = input.shape().extent(2);
        int width = input.shape().extent(3);
        int planes = input.shape().extent(0) * input.shape().extent(1);
        int[] winners = new int[shape.size()];
        int k = 0;
        for (int plane = 0; plane < planes; plane++) {
            int base = plane * height * width;
            for (int oy = 0; oy < shape.extent(2); oy++) {
                for (int ox = 0; ox < shape.extent(3); ox++) {
                    winners[k++] = winner(x, base, oy, ox, height, width);
                }
            }
        }
        return winners;
    }

    private int winner(double[] x, int base, int oy, int ox, int height, int width) {
        int best = -1;
        for (int i = 0; i < window.kernel().get(0); i++) {
            int y = window.top(oy) + i * window.dilations().get(0);
            if (y < 0 || y >= height) {
                continue;
            }
            for (int j = 0; j < window.kernel().get(1); j++) {
                int column = window.left(ox) + j * window.dilations().get(1);
                if (column < 0 || column >= width) {
                    continue;
                }
                int at = base + y * width + column;
                if (best < 0 || x[at] > x[best] || Double.isNaN(x[at])) {
                    best = at;
                }
            }
        }
        return best;
    }

    @Override
    public double cost(List<Shape> inputs, Shape output) {
        return (double) output.size() * window.kernel().get(0) * window.kernel().get(1);
    }
}
