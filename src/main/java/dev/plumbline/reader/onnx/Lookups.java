package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What looks elements up by integer positions. Constant positions are judged here, those in data at evaluation. */
final class Lookups {

    private Lookups() {}

    static void addTo(Map<String, Operator> table) {
        table.put("Gather", Lookups::gather);
        table.put("GatherElements", Lookups::gatherElements);
        table.put("GatherND", Lookups::gatherSlices);
        table.put("OneHot", Lookups::oneHot);
    }

    private static List<Value> gather(Call call) {
        Node x = call.in(0);
        int axis = call.axis(call.whole("axis", 0), x.rank());
        requireIndices(call, x.shape().extent(axis));
        return call.result(call.builder().gather(x, call.in(1), axis));
    }

    private static List<Value> gatherElements(Call call) {
        Node x = call.in(0);
        int axis = call.axis(call.whole("axis", 0), x.rank());
        requireIndices(call, x.shape().extent(axis));
        return call.result(call.builder().gatherElements(x, call.in(1), axis));
    }

    private static void requireIndices(Call call, int extent) {
        requireIntegers(call, 1);
        if (call.in(1).isConstant()) {
            Arrays.stream(call.constant(1).values()).forEach(index -> requireIndex(index, extent));
        }
    }

    private static void requireIntegers(Call call, int position) {
        if (call.value(position).isFloat()) {
            throw Problem.invalid(
                    "",
                    "input " + position + " must be integers",
                    call.value(position).type(),
                    "INT64");
        }
    }

    static int requireIndex(double index, int extent) {
        if (!(index >= -extent && index < extent)) {
            throw Problem.invalid(
                    "", "an index is out of range", (long) index, "from " + -extent + " to " + (extent - 1));
        }
        return (int) (index < 0 ? index + extent : index);
    }

    /** GatherND: each row of indices is one position in the leading axes, taken together as one. */
    private static List<Value> gatherSlices(Call call) {
        requireIntegers(call, 1);
        ProgramBuilder b = call.builder();
        Shape x = call.in(0).shape();
        Shape shape = call.in(1).shape();
        int batches = call.whole("batch_dims", 0);
        int depth = shape.rank() == 0 ? 0 : shape.extent(-1);
        boolean fits = batches >= 0 && depth >= 1 && batches < shape.rank() && batches + depth <= x.rank();
        for (int axis = 0; fits && axis < batches; axis++) {
            fits = x.extent(axis) == shape.extent(axis);
        }
        if (!fits) {
            throw Problem.invalid("", "the indices do not fit", shape + " with batch_dims " + batches, "rows for " + x);
        }
        int rows = shape.size() / depth;
        int batch = Reshaping.product(x.extents(), 0, batches);
        Node flat = b.reshape(call.in(0), flattened(x, batches + depth));
        int[] lead = Arrays.copyOf(shape.extents(), shape.rank() - 1);
        Tensor indices = call.known(1);
        if (indices == null) {
            int[] extents = Arrays.copyOfRange(x.extents(), batches, batches + depth);
            Node within = ComputedPositions.flat(b, call.in(1), extents);
            int each = Reshaping.product(extents, 0, depth);
            double[] starts = new double[rows];
            Arrays.setAll(starts, row -> row / Math.max(1, rows / Math.max(1, batch)) * (double) each);
            return call.result(b.gather(flat, b.add(within, b.constant(Tensor.of(Shape.of(lead), starts))), 0));
        }
        double[] positions = new double[rows];
        for (int row = 0; row < rows; row++) {
            int position = row / Math.max(1, rows / Math.max(1, batch));
            for (int k = 0; k < depth; k++) {
                int extent = x.extent(batches + k);
                position = position * extent + requireIndex(indices.at(row * depth + k), extent);
            }
            positions[row] = position;
        }
        return call.result(b.gather(flat, b.constant(Tensor.of(Shape.of(lead), Datatype.INT64, positions)), 0));
    }

    /** The first {@code count} axes merged into one. */
    private static Shape flattened(Shape shape, int count) {
        int[] extents = shape.extents();
        return Shape.of(IntStream.concat(
                        IntStream.of(Reshaping.product(extents, 0, count)),
                        Arrays.stream(extents, count, extents.length))
                .toArray());
    }

    private static List<Value> oneHot(Call call) {
        ProgramBuilder b = call.builder();
        Node indices = call.in(0);
        double depth = Math.floor(call.number(1));
        if (!(depth >= 1 && depth <= Integer.MAX_VALUE)) {
            throw Problem.invalid("", "the depth is wrong", depth, "an integer from 1");
        }
        Call.shape(indices.shape().size(), (long) depth);
        if (call.in(2).shape().size() != 2) {
            throw Problem.invalid("", "input 2 holds off and on", call.in(2).shape(), "[2]");
        }
        int rank = indices.rank() + 1;
        int axis = call.axis(call.whole("axis", -1), rank);
        Node negative = b.binary(BinaryFunction.LESS, indices, b.constant(0));
        Node counted = b.select(negative, b.add(indices, b.constant(depth)), indices);
        Node hot = Compositions.oneHot(b, counted, (int) depth);
        int[] order = new int[rank];
        for (int k = 0, from = 0; k < rank; k++) {
            order[k] = k == axis ? rank - 1 : from++;
        }
        Node moved = axis == rank - 1 ? hot : b.transpose(hot, order);
        Node off = b.reshape(b.slice(call.in(2), 0, 0, 1, 1), Shape.SCALAR);
        Node on = b.reshape(b.slice(call.in(2), 0, 1, 1, 1), Shape.SCALAR);
        return List.of(call.result(b.select(moved, on, off), call.value(2).type()));
    }
}
