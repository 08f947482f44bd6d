package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * TopK: the largest, or smallest, elements along an axis, the best first, with their positions. What is known is sorted;
 * what depends on parameters is ranked by comparing all pairs along the axis, {@code rank(i) = #{j: x_j before x_i}}.
 */
final class Ordering {

    private Ordering() {}

    static void addTo(Map<String, Operator> table) {
        table.put("TopK", Ordering::topK);
    }

    private static List<Value> topK(Call call) {
        ProgramBuilder b = call.builder();
        Node x = call.in(0);
        int axis = call.axis(call.whole("axis", -1), x.rank());
        double count = call.opset() < 10 ? call.requiredWhole("k") : call.number(1);
        boolean largest = call.opset() < 11 || call.flag("largest", true);
        if (call.opset() >= 11) {
            call.flag("sorted", true); // sorted is one of the orders that an unsorted result may have
        }
        if (!(count >= 0 && count <= x.shape().extent(axis))) {
            throw Problem.invalid(
                    "",
                    "there are not so many elements",
                    count,
                    "at most " + x.shape().extent(axis));
        }
        Tensor known = call.known(0);
        Node positions = known != null
                ? b.constant(sorted(known, axis, (int) count, largest))
                : ranked(b, x, axis, (int) count, largest);
        return List.of(
                call.result(b.gatherElements(x, positions, axis), call.value(0).type()),
                call.result(positions, Datatype.INT64));
    }

    private static Tensor sorted(Tensor x, int axis, int count, boolean largest) {
        int[] extents = x.shape().extents();
        int extent = extents[axis];
        extents[axis] = count;
        Shape shape = Shape.of(extents);
        int inner = x.shape().strides()[axis];
        double[] positions = new double[shape.size()];
        for (int outer = 0; count > 0 && outer < positions.length / (count * inner); outer++) {
            for (int k = 0; k < inner; k++) {
                int base = outer * extent * inner + k;
                Comparator<Integer> byValue = Comparator.comparingDouble(i -> x.at(base + i * inner));
                int[] order = IntStream.range(0, extent)
                        .boxed()
                        .sorted(largest ? byValue.reversed() : byValue)
                        .mapToInt(Integer::intValue)
                        .toArray();
                for (int i = 0; i < count; i++) {
                    positions[(outer * count + i) * inner + k] = order[i];
                }
            }
        }
        return Tensor.of(shape, Datatype.INT64, positions);
    }

    /** Positions by rank, the first of equals first. */
    private static Node ranked(ProgramBuilder b, Node x, int axis, int count, boolean largest) {
        int last = x.rank() - 1;
        Node rows = axis == last ? x : b.swapAxes(x, axis, last);
        int[] lead = rows.shape().extents();
        int extent = lead[last];
        int outer = Reshaping.product(lead, 0, last);
        Node own = b.reshape(rows, Shape.of(outer, extent, 1)); // i
        Node others = b.reshape(rows, Shape.of(outer, 1, extent)); // j
        Node before = largest ? b.binary(BinaryFunction.LESS, own, others) : b.binary(BinaryFunction.LESS, others, own);
        Node earlierEquals = b.multiply(b.binary(BinaryFunction.EQUAL, own, others), b.constant(earlier(extent)));
        Node ranks = b.sum(b.add(before, earlierEquals), 2);
        Node places = b.constant(Tensor.of(Shape.of(count, 1), counting(count)));
        Node hot = b.binary(BinaryFunction.EQUAL, b.reshape(ranks, Shape.of(outer, 1, extent)), places);
        Node positions = b.sum(b.multiply(hot, b.constant(Tensor.vector(counting(extent)))), 2);
        lead[last] = count;
        Node shaped = b.reshape(positions, Shape.of(lead));
        return axis == last ? shaped : b.swapAxes(shaped, axis, last);
    }

    /** 1 where j stands before i. */
    private static Tensor earlier(int extent) {
        double[] values = new double[Math.multiplyExact(extent, extent)];
        for (int i = 0; i < extent; i++) {
            for (int j = 0; j < i; j++) {
                values[i * extent + j] = 1;
            }
        }
        return Tensor.of(Shape.of(extent, extent), values);
    }

    static double[] counting(int count) {
        return IntStream.range(0, count).asDoubleStream().toArray();
    }
}
