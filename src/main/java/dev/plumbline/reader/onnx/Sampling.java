package dev.plumbline.reader.onnx;

import static dev.plumbline.compute.program.UnaryFunction.ABS;
import static dev.plumbline.compute.program.UnaryFunction.FLOOR;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.InverseFunctions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Images (batch, channels, ...) read between their pixels, at positions that may depend on parameters: weighted sums of the
 * neighbours, whose weights carry the derivative by the position (Jaderberg et al. 2015). Which neighbours they are is
 * looked up, and has none.
 */
final class Sampling {

    private static final double CUBIC = -0.75;

    private Sampling() {}

    static void addTo(Map<String, Operator> table) {
        table.put("GridSample", Sampling::gridSample);
        table.put("AffineGrid", Sampling::affineGrid);
    }

    /** What lies beyond the edge. */
    private enum Beyond {
        ZEROS,
        BORDER,
        REFLECTION
    }

    private static List<Value> gridSample(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Node grid = call.in(1); // (batch, ..., axes), the last axis of the image first
        int[] spatial = Windows.spatial(x.shape());
        int axes = spatial.length;
        if (grid.rank() != x.rank()
                || grid.shape().extent(-1) != axes
                || grid.shape().extent(0) != x.shape().extent(0)) {
            throw Problem.invalid("", "the grid does not fit the images", grid.shape(), "(batch, ..., " + axes + ")");
        }
        String mode = call.opset() < 20
                ? call.choice("mode", "bilinear", "nearest", "bicubic")
                : call.choice("mode", "linear", "nearest", "cubic", "bilinear", "bicubic");
        Beyond beyond = Beyond.valueOf(
                call.choice("padding_mode", "zeros", "border", "reflection").toUpperCase(Locale.ROOT));
        boolean corners = call.flag("align_corners", false);
        int[] output = Arrays.copyOfRange(grid.shape().extents(), 1, axes + 1);
        int points = Reshaping.product(output, 0, axes);
        List<Node> positions = new ArrayList<>(); // (batch, 1, points) for each axis of the image
        for (int k = 0; k < axes; k++) {
            Node own = b.slice(grid, -1, axes - 1 - k, 1, 1);
            Node flat = b.reshape(own, Shape.of(x.shape().extent(0), 1, points));
            double scale = corners ? (spatial[k] - 1) / 2.0 : spatial[k] / 2.0;
            positions.add(b.add(b.multiply(flat, scale), b.constant((spatial[k] - 1) / 2.0)));
        }
        Reader reader = new Reader(b, x, beyond, corners);
        Node values =
                switch (mode) {
                    case "nearest" -> reader.nearest(positions);
                    case "bicubic", "cubic" -> reader.cubic(positions);
                    default -> reader.linear(positions);
                };
        int[] extents = x.shape().extents();
        System.arraycopy(output, 0, extents, 2, axes);
        return call.result(b.reshape(values, Shape.of(extents)));
    }

    /** Linear interpolation at positions (batch, 1, points) in pixels, zeros beyond the edge: (batch, channels, points). */
    static Node linear(ProgramBuilder b, Node x, List<Node> positions) {
        return new Reader(b, x, Beyond.ZEROS, true).linear(positions);
    }

    /** Images whose pixels lie at whole numbers. */
    private record Reader(ProgramBuilder b, Node x, Beyond beyond, boolean corners) {

        private int extent(int axis) {
            return x.shape().extent(axis + 2);
        }

        Node nearest(List<Node> positions) {
            List<Node> rounded = new ArrayList<>();
            for (int k = 0; k < positions.size(); k++) {
                rounded.add(InverseFunctions.round(b, inside(positions.get(k), k)));
            }
            return at(rounded);
        }

        /** Over the 2^axes corners of the cell that the position lies in. */
        Node linear(List<Node> positions) {
            List<Node> moved = new ArrayList<>();
            for (int k = 0; k < positions.size(); k++) {
                moved.add(inside(positions.get(k), k));
            }
            return weighted(moved, 0, 2, fraction -> List.of(b.subtract(b.constant(1), fraction), fraction));
        }

        /** Over the 4^axes pixels around, each of which is put back inside by itself (Keys 1981). */
        Node cubic(List<Node> positions) {
            return weighted(positions, -1, 4, this::cubicWeights);
        }

        private List<Node> cubicWeights(Node t) {
            Node one = b.constant(1);
            Node s = b.subtract(one, t);
            return List.of(outer(b.add(one, t)), inner(t), inner(s), outer(b.add(one, s)));
        }

        private Node inner(Node t) {
            return b.add(
                    b.multiply(b.square(t), b.add(b.multiply(t, CUBIC + 2), b.constant(-CUBIC - 3))), b.constant(1));
        }

        private Node outer(Node t) {
            Node first = b.add(b.multiply(t, CUBIC), b.constant(-5 * CUBIC));
            Node second = b.add(b.multiply(first, t), b.constant(8 * CUBIC));
            return b.add(b.multiply(second, t), b.constant(-4 * CUBIC));
        }

        private interface Weights {
            List<Node> of(Node fraction);
        }

        private Node weighted(List<Node> positions, int first, int taps, Weights weights) {
            List<Node> floors = new ArrayList<>();
            List<List<Node>> each = new ArrayList<>();
            for (Node position : positions) {
                Node floor = b.unary(FLOOR, position);
                floors.add(floor);
                each.add(weights.of(b.subtract(position, floor)));
            }
            int count = (int) Math.pow(taps, positions.size());
            Node sum = b.constant(0);
            for (int corner = 0; corner < count; corner++) {
                List<Node> pixel = new ArrayList<>();
                Node weight = b.constant(1);
                for (int k = 0, rest = corner; k < positions.size(); k++, rest /= taps) {
                    Node place = b.add(floors.get(k), b.constant(first + rest % taps));
                    pixel.add(taps == 4 ? inside(place, k) : place);
                    weight = b.multiply(weight, each.get(k).get(rest % taps));
                }
                sum = b.add(sum, b.multiply(at(pixel), weight));
            }
            return sum;
        }

        /** Positions put back into the image as the padding has it; zeros are seen to later. */
        private Node inside(Node position, int axis) {
            int extent = extent(axis);
            return switch (beyond) {
                case ZEROS -> position;
                case BORDER -> Compositions.clip(b, position, 0, extent - 1);
                case REFLECTION ->
                    corners
                            ? reflected(position, 0, extent - 1)
                            : Compositions.clip(b, reflected(position, -0.5, extent), 0, extent - 1);
            };
        }

        /** Mirrored at {@code low} and {@code low + length} until it lies between them: a triangular wave. */
        private Node reflected(Node position, double low, double length) {
            if (length <= 0) {
                return b.multiply(position, 0);
            }
            Node distance = b.subtract(position, b.constant(low));
            Node periods = b.unary(FLOOR, b.multiply(distance, 0.5 / length));
            Node within = b.subtract(distance, b.multiply(periods, 2 * length)); // from 0 to twice the length
            Node folded = b.unary(ABS, b.subtract(within, b.constant(length)));
            return b.add(b.subtract(b.constant(length), folded), b.constant(low));
        }

        /** The pixels at whole positions (batch, 1, points), 0 beyond the edge. */
        private Node at(List<Node> pixels) {
            int batch = x.shape().extent(0);
            int channels = x.shape().extent(1);
            int size = Reshaping.product(x.shape().extents(), 2, x.rank());
            Node index = b.constant(0);
            Node within = b.constant(1);
            for (int k = 0; k < pixels.size(); k++) {
                Node place = pixels.get(k);
                Node low = b.binary(BinaryFunction.LESS_OR_EQUAL, b.constant(0), place);
                Node high = b.binary(BinaryFunction.LESS_OR_EQUAL, place, b.constant(extent(k) - 1));
                within = b.multiply(within, b.multiply(low, high));
                Node clamped = Compositions.clip(b, place, 0, extent(k) - 1);
                index = b.add(b.multiply(index, extent(k)), clamped);
            }
            int points = index.shape().extent(-1);
            Node indices = b.broadcast(index, Shape.of(batch, channels, points));
            Node seen = b.gatherElements(b.reshape(x, Shape.of(batch, channels, size)), indices, 2);
            return b.select(within, seen, b.constant(0));
        }
    }

    /** Positions (batch, ..., axes) of an output's pixels, times the matrices {@code theta} (batch, axes, axes + 1). */
    private static List<Value> affineGrid(Call call) {
        ProgramBuilder b = call.builder();
        Node theta = call.in(0);
        int[] size = call.wholes(1);
        int axes = size.length - 2;
        boolean corners = call.flag("align_corners", false);
        if (axes < 1 || !theta.shape().equals(Shape.of(size[0], axes, axes + 1))) {
            throw Problem.invalid("", "matrices and size do not fit", theta.shape(), "(batch, axes, axes + 1)");
        }
        int[] spatial = Arrays.copyOfRange(size, 2, size.length);
        Shape points = Call.shape(Arrays.stream(spatial).asLongStream().toArray());
        b.broadcast(b.constant(0), Call.shape(points.size(), axes + 1)); // judges the size
        double[] homogeneous = new double[points.size() * (axes + 1)];
        for (int i = 0; i < points.size(); i++) {
            int[] index = points.index(i);
            for (int k = 0; k < axes; k++) {
                int at = index[axes - 1 - k];
                int extent = spatial[axes - 1 - k];
                homogeneous[i * (axes + 1) + k] =
                        corners ? (extent == 1 ? -1 : 2.0 * at / (extent - 1) - 1) : (2.0 * at + 1) / extent - 1;
            }
            homogeneous[i * (axes + 1) + axes] = 1;
        }
        Node base = b.constant(Tensor.of(Shape.of(points.size(), axes + 1), homogeneous));
        Node grid = b.matmul(base, false, theta, true);
        int[] extents = new int[axes + 2];
        extents[0] = size[0];
        System.arraycopy(spatial, 0, extents, 1, axes);
        extents[axes + 1] = axes;
        return call.result(b.reshape(grid, Shape.of(extents)));
    }
}
