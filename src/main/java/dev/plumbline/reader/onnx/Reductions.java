package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Reductions over axes, running sums, and positions of extremes. */
final class Reductions {

    private Reductions() {}

    static void addTo(Map<String, Operator> table) {
        reduction(table, "ReduceSum", ProgramBuilder::sum);
        reduction(table, "ReduceMean", ProgramBuilder::mean);
        reduction(table, "ReduceMax", ProgramBuilder::max);
        reduction(table, "ReduceMin", (b, x, axes) -> b.negate(b.max(b.negate(x), axes)));
        reduction(table, "ReduceProd", Reductions::product);
        reduction(table, "ReduceL1", (b, x, axes) -> b.sum(b.unary(UnaryFunction.ABS, x), axes));
        reduction(table, "ReduceL2", (b, x, axes) -> root(b, b.sum(b.square(x), axes)));
        reduction(table, "ReduceSumSquare", (b, x, axes) -> b.sum(b.square(x), axes));
        reduction(table, "ReduceLogSum", (b, x, axes) -> b.unary(UnaryFunction.LOG, b.sum(x, axes)));
        reduction(table, "ReduceLogSumExp", Reductions::logSumExp);
        table.put("ArgMax", call -> extreme(call, call.in(0)));
        table.put("ArgMin", call -> extreme(call, call.builder().negate(call.in(0))));
        table.put("CumSum", call -> cumulative(call, 0, ProgramBuilder::cumulativeSum));
        table.put("CumProd", call -> cumulative(call, 1, Reductions::cumulativeProduct));
    }

    private static final Set<String> EXTREMES = Set.of("ReduceMax", "ReduceMin", "ReduceLogSumExp");

    /** What leaves any other number as it is: minus infinity for a maximum. */
    private static Node extremeOfNothing(ProgramBuilder b, Node x, int[] axes, String name) {
        Node sum = b.sum(x, axes); // for its shape
        double neutral = name.equals("ReduceMin") ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        return b.broadcast(b.constant(neutral), sum.shape());
    }

    private interface OverAxes {
        Node of(ProgramBuilder b, Node x, int... axes);
    }

    private static void reduction(Map<String, Operator> table, String name, OverAxes reduction) {
        int axesAreInputSince = name.equals("ReduceSum") ? 13 : 18;
        table.put(name, call -> {
            ProgramBuilder b = call.builder();
            Node x = call.in(0);
            int[] named = call.wholes("axes", 1, axesAreInputSince);
            boolean unchanged = call.opset() >= axesAreInputSince && call.flag("noop_with_empty_axes", false);
            boolean keep = call.flag("keepdims", true);
            boolean noneNamed = named == null || named.length == 0;
            int[] axes = noneNamed && !unchanged
                    ? IntStream.range(0, x.rank()).toArray()
                    : call.axes(named == null ? new int[0] : named, x.rank());
            if (axes.length == 0) { // of each element alone: the sum is left out, not the logarithm of it
                Node alone = b.reshape(
                        x,
                        Shape.of(IntStream.range(0, x.rank() + 1)
                                .map(k -> k < x.rank() ? x.shape().extent(k) : 1)
                                .toArray()));
                return call.result(reduction.of(b, alone, x.rank()));
            }
            boolean ofNothing = Arrays.stream(axes).anyMatch(axis -> x.shape().extent(axis) == 0);
            Node reduced = ofNothing && EXTREMES.contains(name)
                    ? extremeOfNothing(b, x, axes, name)
                    : reduction.of(b, x, axes);
            return call.result(keep ? b.restoreAxes(reduced, x.shape(), axes) : reduced);
        });
    }

    /**
     * Shifted by its own result y rather than by the maximum: frameworks keep y and compute the derivative as {@code e^(x - y)},
     * with what y was rounded by.
     */
    private static Node logSumExp(ProgramBuilder b, Node x, int... axes) {
        Node result = b.unary(UnaryFunction.STOP_GRADIENT, Compositions.logSumExp(b, x, axes));
        Node shifted = b.subtract(x, b.restoreAxes(result, x.shape(), axes));
        return b.add(b.unary(UnaryFunction.LOG, b.sum(b.unary(UnaryFunction.EXP, shifted), axes)), result);
    }

    /** The square root whose derivative at 0 is taken as 0, as PyTorch's norm has it. */
    static Node root(ProgramBuilder b, Node sum) {
        Node zero = b.binary(BinaryFunction.EQUAL, sum, b.constant(0));
        Node safe = b.select(zero, b.constant(1), sum);
        return b.select(zero, b.constant(0), b.unary(UnaryFunction.SQRT, safe));
    }

    /** Halves are multiplied with each other until one is left: right also where factors are 0 or negative. */
    static Node product(ProgramBuilder b, Node x, int... axes) {
        Node product = x;
        int[] sorted = Arrays.stream(axes).sorted().toArray();
        for (int i = sorted.length - 1; i >= 0; i--) {
            int axis = sorted[i];
            int extent = product.shape().extent(axis);
            if (extent == 0) {
                product = b.add(b.sum(product, axis), b.constant(1));
                continue;
            }
            while (extent > 1) {
                int half = extent / 2;
                Node halves = b.multiply(b.slice(product, axis, 0, half, 1), b.slice(product, axis, half, half, 1));
                product = extent % 2 == 0
                        ? halves
                        : b.concat(axis, List.of(halves, b.slice(product, axis, extent - 1, 1, 1)));
                extent = half + extent % 2;
            }
            product = b.reshape(product, Reshaping.without(product.shape(), axis));
        }
        return product;
    }

    /** No derivative passes. */
    private static List<Value> extreme(Call call, Node x) {
        ProgramBuilder b = call.builder();
        int axis = call.axis(call.whole("axis", 0), x.rank());
        boolean keep = call.flag("keepdims", true);
        Node position = extreme(b, x, axis, call.flag("select_last_index", false));
        Node result = keep ? b.restoreAxes(position, x.shape(), axis) : position;
        return List.of(call.result(result, Datatype.INT64));
    }

    /** The first, or last, position of the largest value along an axis, which disappears. */
    static Node extreme(ProgramBuilder b, Node x, int axis, boolean last) {
        int extent = x.shape().extent(axis);
        double[] ranks = new double[extent];
        for (int i = 0; i < extent; i++) {
            ranks[i] = last ? i : -i;
        }
        int[] column = new int[x.rank() - axis];
        Arrays.fill(column, 1);
        column[0] = extent;
        Node rank = b.constant(Tensor.of(Shape.of(column), ranks));
        Node largest = b.restoreAxes(b.max(x, axis), x.shape(), axis);
        Node winners = b.select(b.binary(BinaryFunction.EQUAL, x, largest), rank, b.constant(-extent));
        Node best = b.max(winners, axis);
        return last ? best : b.negate(best);
    }

    private interface AlongAxis {
        Node of(ProgramBuilder b, Node x, int axis);
    }

    /** {@code y <- y shifted by 1, 2, 4, ... times y}. */
    private static Node cumulativeProduct(ProgramBuilder b, Node x, int axis) {
        int extent = x.shape().extent(axis);
        Node product = x;
        for (int shift = 1; shift < extent; shift *= 2) {
            Node moved = b.slice(SpatialAxes.padded(b, product, axis, shift, 0, 1), axis, 0, extent, 1);
            product = b.multiply(product, moved);
        }
        return product;
    }

    /** @param neutral what stands before the first */
    private static List<Value> cumulative(Call call, double neutral, AlongAxis function) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int[] named = call.wholes(1);
        if (named.length != 1) {
            throw Problem.invalid("", "input 1 must be one axis", Arrays.toString(named), "[] or [1]");
        }
        int axis = call.axis(named[0], x.rank());
        int extent = x.shape().extent(axis);
        boolean exclusive = call.flag("exclusive", false);
        boolean reverse = call.flag("reverse", false);
        if (extent == 0) {
            return call.result(x);
        }
        Node ordered = reverse ? b.slice(x, axis, extent - 1, extent, -1) : x;
        Node sums = function.of(b, ordered, axis);
        if (exclusive) {
            sums = b.slice(SpatialAxes.padded(b, sums, axis, 1, 0, neutral), axis, 0, extent, 1);
        }
        return call.result(reverse ? b.slice(sums, axis, extent - 1, extent, -1) : sums);
    }
}
