package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Pooling over windows, and over all spatial axes. */
final class Pools {

    private Pools() {}

    static void addTo(Map<String, Operator> table) {
        table.put("MaxPool", Pools::maximum);
        table.put("AveragePool", Pools::average);
        table.put("LpPool", Pools::byNorm);
        table.put("GlobalAveragePool", call -> global(call, call.builder()::mean));
        table.put("GlobalMaxPool", call -> global(call, call.builder()::max));
        table.put("GlobalLpPool", call -> {
            double p = power(call);
            return global(
                    call, (x, axes) -> root(call.builder(), call.builder().sum(powers(call.builder(), x, p), axes), p));
        });
    }

    private static List<Value> maximum(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        Windows windows = Windows.of(call, null).withCeil(call.flag("ceil_mode", false));
        boolean columnMajor = call.flag("storage_order", false); // matters for the indices only
        Node pooled = SpatialAxes.pool(b, x, windows, (images, own) -> {
            // Minus infinity all around never wins, so padding wider than PyTorch allows is padding beforehand.
            boolean wide = overHalf(own);
            return wide
                    ? b.maxPool(
                            padded(b, images, own, Double.NEGATIVE_INFINITY),
                            own.withoutPads().window())
                    : b.maxPool(images, own.window());
        });
        List<Value> outputs = new ArrayList<>(call.result(pooled));
        if (call.wants(1)) {
            outputs.add(call.result(positions(b, x, pooled, windows, columnMajor), Datatype.INT64));
        }
        return outputs;
    }

    /** Where in the flattened input the first of the largest stands. */
    private static Node positions(ProgramBuilder b, Node x, Node pooled, Windows windows, boolean columnMajor) {
        double[] numbers = columnMajor
                ? columnMajor(x.shape())
                : IntStream.range(0, x.shape().size()).asDoubleStream().toArray();
        List<Node> seen = SpatialAxes.taps(b, x, windows, Double.NEGATIVE_INFINITY);
        List<Node> places = SpatialAxes.taps(b, b.constant(Tensor.of(x.shape(), numbers)), windows, -1);
        Node position = b.constant(-1);
        for (int k = seen.size() - 1; k >= 0; k--) {
            position = b.select(b.binary(BinaryFunction.EQUAL, seen.get(k), pooled), places.get(k), position);
        }
        return position;
    }

    /** Positions that count along the first spatial axis first. */
    private static double[] columnMajor(Shape shape) {
        double[] positions = new double[shape.size()];
        int plane = Reshaping.product(shape.extents(), 2, shape.rank());
        for (int i = 0; i < positions.length; i++) {
            int[] index = shape.index(i);
            int within = 0;
            for (int axis = shape.rank() - 1; axis >= 2; axis--) {
                within = within * shape.extent(axis) + index[axis];
            }
            positions[i] = i / plane * plane + within;
        }
        return positions;
    }

    private static List<Value> average(Call call) {
        Windows windows = Windows.of(call, null).withCeil(call.flag("ceil_mode", false));
        return average(call, call.in(0), windows, call.flag("count_include_pad", false));
    }

    static List<Value> average(Call call, Node x, Windows windows, boolean countPadding) {
        ProgramBuilder b = call.builder();
        return call.result(SpatialAxes.pool(b, x, windows, (images, own) -> average(b, images, own, countPadding)));
    }

    private static Node average(ProgramBuilder b, Node images, Windows windows, boolean countPadding) {
        if (isDilated(windows)) {
            return ofTaps(b, images, windows, countPadding);
        }
        if (!overHalf(windows)) {
            return b.averagePool(images, windows.window(), countPadding);
        }
        Node pooled = b.averagePool(
                padded(b, images, windows, 0), windows.withoutPads().window(), true);
        if (countPadding) {
            return pooled;
        }
        Node ones = b.broadcast(b.constant(1), images.shape());
        return b.divide(
                pooled,
                b.averagePool(padded(b, ones, windows, 0), windows.withoutPads().window(), true));
    }

    private static boolean isDilated(Windows windows) {
        return Arrays.stream(windows.dilations()).anyMatch(dilation -> dilation > 1);
    }

    /** The mean of what a window with gaps sees. */
    private static Node ofTaps(ProgramBuilder b, Node images, Windows windows, boolean countPadding) {
        Windows own = windows.axes() == 2 ? windows : overHeight(windows);
        Node sum = sum(b, SpatialAxes.taps(b, images, own, 0));
        if (countPadding && !windows.ceil()) {
            return b.multiply(sum, 1.0 / SpatialAxes.taps(b, images, own, 0).size());
        }
        Node ones = b.broadcast(b.constant(1), images.shape());
        Node shown = countPadding ? padded(b, ones, own, 1) : ones;
        return b.divide(sum, sum(b, SpatialAxes.taps(b, shown, countPadding ? own.withoutPads() : own, 0)));
    }

    /** A window over the width of an image of height 1. */
    private static Windows overHeight(Windows windows) {
        return new Windows(
                new int[] {1, windows.kernel()[0]},
                new int[] {1, windows.strides()[0]},
                new int[] {0, windows.pads()[0], 0, windows.pads()[1]},
                new int[] {1, windows.dilations()[0]},
                windows.ceil());
    }

    private static Node sum(ProgramBuilder b, List<Node> terms) {
        return terms.stream().reduce(b::add).orElseThrow();
    }

    // ── norms ──

    private static List<Value> byNorm(Call call) {
        ProgramBuilder b = call.builder();
        Windows windows = Windows.of(call, null).withCeil(call.flag("ceil_mode", false));
        double p = power(call);
        Node sum = sum(b, SpatialAxes.taps(b, powers(b, call.in(0), p), windows, 0));
        return call.result(root(b, sum, p));
    }

    /** A float until opset 1, an integer since. */
    private static double power(Call call) {
        double p = call.opset() < 2 ? call.number("p", 2) : call.whole("p", 2);
        if (!(p > 0)) {
            throw Problem.invalid("", "attribute p is wrong", p, "a number above 0");
        }
        return p;
    }

    static Node powers(ProgramBuilder b, Node x, double p) {
        Node size = p == 2 ? x : b.unary(UnaryFunction.ABS, x);
        return p == 1 ? size : b.power(size, b.constant(p));
    }

    static Node root(ProgramBuilder b, Node sum, double p) {
        return p == 1 ? sum : p == 2 ? Reductions.root(b, sum) : b.power(sum, b.constant(1 / p));
    }

    // ── padding ──

    /** Whether padding exceeds half the kernel; then a whole window must still not lie in it. */
    private static boolean overHalf(Windows windows) {
        boolean over = false;
        for (int i = 0; i < windows.pads().length; i++) {
            int axis = i % windows.kernel().length;
            over |= windows.pads()[i] > windows.kernel()[axis] / 2;
            if (windows.pads()[i] > (windows.kernel()[axis] - 1L) * windows.dilations()[axis]) {
                throw Problem.invalid(
                        "",
                        "a window would see nothing but padding",
                        Arrays.toString(windows.pads()),
                        "pads below the kernel");
            }
        }
        if (over && windows.ceil()) {
            throw Problem.unsupported(
                    "",
                    "padding over half the kernel together with ceil_mode",
                    Arrays.toString(windows.pads()),
                    "less padding");
        }
        return over;
    }

    private static Node padded(ProgramBuilder b, Node images, Windows windows, double fill) {
        int axes = windows.axes();
        Node padded = images;
        for (int k = 0; k < axes; k++) {
            padded = SpatialAxes.padded(b, padded, 4 - axes + k, windows.pads()[k], windows.pads()[axes + k], fill);
        }
        return padded;
    }

    private interface OverAxes {
        Node of(Node x, int... axes);
    }

    private static List<Value> global(Call call, OverAxes reduction) {
        Node x = call.in(0);
        if (x.rank() < 3) {
            throw Problem.invalid("", "there are no spatial axes", x.shape(), "(batch, channels, ...)");
        }
        int[] axes = IntStream.range(2, x.rank()).toArray();
        return call.result(call.builder().restoreAxes(reduction.of(x, axes), x.shape(), axes));
    }
}
