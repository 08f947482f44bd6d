package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;

/**
 * Another number of positions along each spatial axis, each a fixed mean of the old ones: PyTorch's adaptive average pools
 * and upsampling. Along an axis it is a product with a constant matrix (positions, old positions).
 *
 * @param targets positions of the result, or what the extents are multiplied by
 */
record Resampling(Kind kind, List<Integer> targets) implements Layer {

    enum Kind {
        /** The mean of the old positions from floor(i n / m) to ceil((i + 1) n / m). */
        ADAPTIVE_AVERAGE,
        NEAREST,
        /** Between the two neighbours, positions being the centres of their cells (PyTorch's align_corners false). */
        LINEAR,
        /** The same, first and last positions staying where they are (align_corners true). */
        LINEAR_CORNERS
    }

    private enum Mode {
        NEAREST,
        LINEAR
    }

    static Resampling adaptive(Attributes attributes, int axes) {
        return new Resampling(Kind.ADAPTIVE_AVERAGE, attributes.perAxis("output", axes, 1, null));
    }

    static Resampling upsample(Attributes attributes, int axes) {
        boolean nearest = attributes.choice("mode", Mode.class, Mode.NEAREST) == Mode.NEAREST;
        boolean corners = !nearest && attributes.flag("alignCorners", false);
        return new Resampling(
                nearest ? Kind.NEAREST : corners ? Kind.LINEAR_CORNERS : Kind.LINEAR,
                attributes.perAxis("scale", axes, 1, null));
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        if (x.rank() != targets.size() + 2) {
            throw Problem.invalid(
                    "",
                    "the input has the wrong number of axes",
                    x.shape(),
                    "(batch, channels) and " + targets.size() + " spatial axes");
        }
        Node y = x;
        for (int axis = 2; axis < x.rank(); axis++) {
            int from = x.shape().extent(axis);
            int target = targets.get(axis - 2);
            int to = kind == Kind.ADAPTIVE_AVERAGE ? target : Math.multiplyExact(from, target);
            if (from != to) {
                Node last = b.swapAxes(y, axis, -1);
                y = b.swapAxes(b.matmul(last, false, b.constant(matrix(from, to)), true), axis, -1);
            }
        }
        return y;
    }

    private Tensor matrix(int from, int to) {
        Shape shape = Shape.of(to, from);
        if ((long) to * from > ProgramBuilder.MOST_ELEMENTS || from == 0) {
            throw Problem.limit(
                    "", "this axis is too long or empty to resample", from + " to " + to, "fewer positions");
        }
        double[] shares = new double[Math.multiplyExact(to, from)];
        for (int i = 0; i < to; i++) {
            fill(shares, i, from, to);
        }
        return Tensor.of(shape, shares);
    }

    private void fill(double[] shares, int i, int from, int to) {
        switch (kind) {
            case ADAPTIVE_AVERAGE -> {
                int start = (int) ((long) i * from / to);
                int end = (int) (((i + 1L) * from + to - 1) / to);
                for (int k = start; k < end; k++) {
                    shares[i * from + k] = 1.0 / (end - start);
                }
            }
            case NEAREST -> shares[i * from + (int) ((long) i * from / to)] = 1;
            case LINEAR -> between(shares, i, from, Math.max(0, (i + 0.5) * from / to - 0.5));
            case LINEAR_CORNERS -> between(shares, i, from, to == 1 ? 0 : (double) i * (from - 1) / (to - 1));
        }
    }

    private static void between(double[] shares, int i, int from, double place) {
        int left = Math.min((int) place, from - 1);
        int right = Math.min(left + 1, from - 1);
        double share = place - left;
        shares[i * from + left] += 1 - share;
        shares[i * from + right] += share;
    }
}
