package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mean of each window, over (batch, channels, height, width). {@code countPadding} says whether padding counts as
 * zeros in the mean (PyTorch's default) or not at all; what hangs over the padded input in ceil mode never counts.
 */
public record AveragePool(Window window, boolean countPadding) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape x = inputs.get(0);
        Shapes.requireRank(x, 4, "the input of average pooling");
        window.requirePoolPadding();
        int[] output = window.output(x.extent(2), x.extent(3));
        return Shapes.of(x.extent(0), x.extent(1), output[0], output[1]);
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] x = inputs.get(0).values();
        double[] y = new double[shape.size()];
        forEach(inputs.get(0).shape(), shape, (from, to, share) -> y[to] += share * x[from]);
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return value(List.of(Copies.folded(inputs.get(0))), Copies.folded(copies, shape));
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Germs.linear(this, inputs, inputs.size(), side);
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        if (dx != null) {
            forEach(inputs.get(0).shape(), output.shape(), (from, to, share) -> dx[from] += share * cotangent[to]);
        }
    }

    interface Member {
        void at(int from, int to, double share);
    }

    void forEach(Shape input, Shape output, Member member) {
        int height = input.extent(2);
        int width = input.extent(3);
        int to = 0;
        for (int plane = 0; plane < input.extent(0) * input.extent(1); plane++) {
            for (int oy = 0; oy < output.extent(2); oy++) {
                for (int ox = 0; ox < output.extent(3); ox++, to++) {
                    double share = 1.0 / divisor(oy, ox, height, width);
                    for (int i = 0; i < window.kernel().get(0); i++) {
                        int y = window.top(oy) + i * window.dilations().get(0);
                        for (int j = 0;
                                y >= 0 && y < height && j < window.kernel().get(1);
                                j++) {
                            int column =
                                    window.left(ox) + j * window.dilations().get(1);
                            if (column >= 0 && column < width) {
                                member.at((plane * height + y) * width + column, to, share);
                            }
                        }
                    }
                }
            }
        }
    }

    private double divisor(int oy, int ox, int height, int width) {
        return (double) members(0, window.top(oy), height) * members(1, window.left(ox), width);
    }

    private int members(int axis, int start, int extent) {
        int from = countPadding ? -window.padding().get(axis) : 0;
        int until = countPadding ? extent + window.padding().get(axis + 2) : extent;
        int members = 0;
        for (int i = 0; i < window.kernel().get(axis); i++) {
            int at = start + i * window.dilations().get(axis);
            members += at >= from && at < until ? 1 : 0;
        }
        return Math.max(members, 1);
    }

    @Override
    public double cost(List<Shape> inputs, Shape output) {
        return (double) output.size() * window.kernel().get(0) * window.kernel().get(1);
    }
}
