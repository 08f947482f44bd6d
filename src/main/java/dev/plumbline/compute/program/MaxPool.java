package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The largest value in each window, over (batch, channels, height, width); padding never wins. The first of those that
 * tie, in row-major order, receives the gradient, as in PyTorch. NaN wins.
 */
public record MaxPool(Window window) implements Op {

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
        double[] y = new double[shape.size()];
        forEachWindow(inputs.get(0).shape(), shape, (scan, k, plane, top, left) -> {
            y[k] = scan.maximum(x, plane, top, left);
        });
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return value(List.of(Copies.folded(inputs.get(0))), Copies.folded(copies, shape));
    }

    /** Where windows do not overlap, a position lies in one of them at most. */
    @Override
    public @Nullable Column column(Column x, int operand, List<Tensor> point, Shape shape) {
        Shape source = point.get(0).shape();
        boolean overlapping = window.strides().get(0) < window.kernel().get(0)
                || window.strides().get(1) < window.kernel().get(1)
                || window.dilations().stream().anyMatch(dilation -> dilation > 1);
        if (overlapping || x.samples() != source.extent(0)) {
            return null;
        }
        int[] positions = new int[x.copies()];
        double[] values = new double[x.values().length];
        for (int c = 0; c < x.copies(); c++) {
            positions[c] = x.positions()[c] < 0 ? -1 : pooled(x.positions()[c], source, shape);
            for (int n = 0; n < x.samples() && positions[c] >= 0; n++) {
                values[c * x.samples() + n] = maximumWith(x, c, n, positions[c], point.get(0), shape);
            }
        }
        return new Column(x.samples(), positions, values);
    }

    /** The position, within a sample of the result, of the window over a position of the input; -1 where none is. */
    private int pooled(int position, Shape source, Shape shape) {
        int column = position % source.extent(3) + window.padding().get(1);
        int row = position / source.extent(3) % source.extent(2)
                + window.padding().get(0);
        int channel = position / (source.extent(3) * source.extent(2));
        int oy = row / window.strides().get(0);
        int ox = column / window.strides().get(1);
        boolean covered = row % window.strides().get(0) < window.kernel().get(0)
                && column % window.strides().get(1) < window.kernel().get(1)
                && oy < shape.extent(2)
                && ox < shape.extent(3);
        return covered ? (channel * shape.extent(2) + oy) * shape.extent(3) + ox : -1;
    }

    /** The maximum of a window, one of whose elements is the column's. */
    private double maximumWith(Column x, int copy, int sample, int pooled, Tensor point, Shape shape) {
        Shape source = point.shape();
        int plane = source.extent(2) * source.extent(3);
        int channel = pooled / (shape.extent(2) * shape.extent(3));
        int oy = pooled / shape.extent(3) % shape.extent(2);
        int ox = pooled % shape.extent(3);
        int base = (sample * source.extent(1) + channel) * plane;
        int own = sample * source.extent(1) * plane + x.positions()[copy];
        double best = x.values()[copy * x.samples() + sample];
        for (int i = 0; i < window.kernel().get(0); i++) {
            int row = window.top(oy) + i;
            for (int j = 0;
                    row >= 0 && row < source.extent(2) && j < window.kernel().get(1);
                    j++) {
                int column = window.left(ox) + j;
                int at = base + row * source.extent(3) + column;
                if (column >= 0 && column < source.extent(3) && at != own) {
                    best = Math.max(best, point.at(at));
                }
            }
        }
        return best;
    }

    @Override
    public boolean isSmooth() {
        return false;
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        Germ x = inputs.get(0);
        int[] winners = winners(x.value(), side.shape());
        double[] @Nullable [] terms = new double[side.order()][];
        for (int k = 1; k <= terms.length; k++) {
            terms[k - 1] = x.has(k) ? Bends.chosen(x.coefficient(k), winners) : null;
        }
        Map<Integer, List<Candidate>> ties = x.isConstant() ? Map.of() : ties(x, side, winners);
        int[] onEdge =
                ties.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
        return Germs.choice(this, inputs, side, terms, onEdge, new Germs.Ties(ties::get, true));
    }

    /** The windows in which others come as near to the largest as rounding can tell, and do not move with it alike. */
    private Map<Integer, List<Candidate>> ties(Germ x, Side side, int[] winners) {
        Map<Integer, List<Candidate>> ties = new HashMap<>();
        double[] values = x.value().values();
        forEachWindow(x.value().shape(), side.shape(), (scan, k, plane, top, left) -> {
            if (winners[k] >= 0) {
                List<Candidate> tied = new ArrayList<>();
                scan.forEach(plane, top, left, at -> {
                    double width = side.width(0, at) + side.width(0, winners[k]);
                    if (values[at] >= values[winners[k]] - width) {
                        tied.add(new Candidate(0, at, 1));
                    }
                });
                if (tied.size() > 1) {
                    ties.put(k, tied);
                }
            }
        });
        return ties;
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
    int[] winners(Tensor input, Shape shape) {
        double[] x = input.values();
        int[] winners = new int[shape.size()];
        forEachWindow(input.shape(), shape, (scan, k, plane, top, left) -> {
            winners[k] = scan.winner(x, plane, top, left);
        });
        return winners;
    }

    private interface EachWindow {
        void at(Scan scan, int k, int plane, int top, int left);
    }

    private void forEachWindow(Shape input, Shape shape, EachWindow each) {
        Scan scan = new Scan(window, input);
        int planes = input.extent(0) * input.extent(1);
        int k = 0;
        for (int plane = 0; plane < planes; plane++) {
            for (int oy = 0; oy < shape.extent(2); oy++) {
                int top = window.top(oy);
                for (int ox = 0; ox < shape.extent(3); ox++) {
                    each.at(scan, k++, plane, top, window.left(ox));
                }
            }
        }
    }

    /** The window's numbers unpacked, since they are read once for every element of every window. */
    private record Scan(int kernelHeight, int kernelWidth, int dilationY, int dilationX, int height, int width) {

        Scan(Window window, Shape input) {
            this(
                    window.kernel().get(0),
                    window.kernel().get(1),
                    window.dilations().get(0),
                    window.dilations().get(1),
                    input.extent(2),
                    input.extent(3));
        }

        private boolean isInside(int top, int left) {
            return top >= 0
                    && left >= 0
                    && top + (kernelHeight - 1) * dilationY < height
                    && left + (kernelWidth - 1) * dilationX < width;
        }

        /** The largest value alone, without a branch that random data would mispredict. */
        double maximum(double[] x, int plane, int top, int left) {
            if (!isInside(top, left)) {
                int winner = winnerAtTheEdge(x, plane, top, left);
                return winner < 0 ? Double.NEGATIVE_INFINITY : x[winner];
            }
            int start = (plane * height + top) * width + left;
            double largest = x[start];
            for (int i = 0, row = start; i < kernelHeight; i++, row += dilationY * width) {
                for (int j = 0, at = row; j < kernelWidth; j++, at += dilationX) {
                    largest = Math.max(largest, x[at]);
                }
            }
            return largest;
        }

        int winner(double[] x, int plane, int top, int left) {
            return isInside(top, left)
                    ? winnerInside(x, (plane * height + top) * width + left)
                    : winnerAtTheEdge(x, plane, top, left);
        }

        private int winnerInside(double[] x, int start) {
            int best = start;
            double largest = x[start];
            for (int i = 0, row = start; i < kernelHeight; i++, row += dilationY * width) {
                for (int j = 0, at = row; j < kernelWidth; j++, at += dilationX) {
                    if (x[at] > largest || Double.isNaN(x[at])) {
                        best = at;
                        largest = x[at];
                    }
                }
            }
            return best;
        }

        void forEach(int plane, int top, int left, IntConsumer member) {
            for (int i = 0, row = top; i < kernelHeight; i++, row += dilationY) {
                for (int j = 0, column = left; row >= 0 && row < height && j < kernelWidth; j++, column += dilationX) {
                    if (column >= 0 && column < width) {
                        member.accept((plane * height + row) * width + column);
                    }
                }
            }
        }

        private int winnerAtTheEdge(double[] x, int plane, int top, int left) {
            int best = -1;
            for (int i = 0, row = top; i < kernelHeight; i++, row += dilationY) {
                int base = (plane * height + row) * width;
                for (int j = 0, column = left; row >= 0 && row < height && j < kernelWidth; j++, column += dilationX) {
                    int at = base + column;
                    if (column >= 0 && column < width && (best < 0 || x[at] > x[best] || Double.isNaN(x[at]))) {
                        best = at;
                    }
                }
            }
            return best;
        }
    }

    @Override
    public double cost(List<Shape> inputs, Shape output) {
        return (double) output.size() * window.kernel().get(0) * window.kernel().get(1);
    }
}
