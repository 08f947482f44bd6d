package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lookups and writes at positions that the program computes, as those of a mixture's experts are. Around a point they are
 * constant, so the derivative is that of the elements at the positions there; where two logits tie, the comparison that
 * ranks them jumps. Who writes to a place is found by comparing each position with each place: {@code writes(i, j)} is 1
 * where update j goes to place i.
 */
final class ComputedPositions {

    private ComputedPositions() {}

    /** Positions from the front; one that is out of range is refused when the program runs. */
    static Node fromFront(ProgramBuilder b, Node positions, int extent) {
        return b.gather(b.constant(Tensor.vector(Ordering.counting(extent))), positions, 0);
    }

    /**
     * One position in the leading {@code extents} taken together for each row of indices, which are the last axis.
     */
    static Node flat(ProgramBuilder b, Node indices, int[] extents) {
        int last = indices.rank() - 1;
        Shape lead = Reshaping.without(indices.shape(), last);
        Node flat = b.broadcast(b.constant(0), lead);
        for (int k = 0; k < extents.length; k++) {
            Node along = b.reshape(b.slice(indices, last, k, 1, 1), lead);
            flat = b.add(b.multiply(flat, b.constant(extents[k])), fromFront(b, along, extents[k]));
        }
        return flat;
    }

    /** ScatterElements: {@code updates} and {@code positions} have one shape, with no extent but the axis' above that of x. */
    static Node scatterElements(
            ProgramBuilder b, Node x, Node updates, Node positions, int axis, @Nullable BinaryFunction function) {
        if (positions.shape().size() == 0) {
            return x;
        }
        for (int k = 0; k < x.rank(); k++) {
            int reached = positions.shape().extent(k);
            int extent = x.shape().extent(k);
            if (k != axis && reached < extent) { // what lies beyond is nobody's target
                Node head = scatterElements(b, b.slice(x, k, 0, reached, 1), updates, positions, axis, function);
                return b.concat(k, List.of(head, b.slice(x, k, reached, extent - reached, 1)));
            }
        }
        int last = x.rank() - 1;
        int extent = x.shape().extent(axis);
        Node places = lanes(b, fromFront(b, positions, extent), axis);
        Node rows = lanes(b, x, axis);
        Node written = scatter(b, column(b, rows), column(b, lanes(b, updates, axis)), places, function);
        Node shaped = b.reshape(written, (axis == last ? x.shape() : swapped(x.shape(), axis, last)));
        return axis == last ? shaped : b.swapAxes(shaped, axis, last);
    }

    private static Node column(ProgramBuilder b, Node rows) {
        return b.reshape(rows, Shape.of(rows.shape().extent(0), rows.shape().extent(1), 1));
    }

    /** (all else, the axis). */
    private static Node lanes(ProgramBuilder b, Node x, int axis) {
        Node moved = axis == x.rank() - 1 ? x : b.swapAxes(x, axis, x.rank() - 1);
        int extent = x.shape().extent(axis);
        return b.reshape(moved, Shape.of(x.shape().size() / extent, extent));
    }

    private static Shape swapped(Shape shape, int first, int second) {
        int[] extents = shape.extents();
        extents[first] = shape.extent(second);
        extents[second] = shape.extent(first);
        return Shape.of(extents);
    }

    /**
     * Writes rows in each lane for itself; a null function means that the last of several stays.
     *
     * @param x (lanes, places, length)
     * @param updates (lanes, updates, length)
     * @param positions (lanes, updates), from the front
     */
    static Node scatter(ProgramBuilder b, Node x, Node updates, Node positions, @Nullable BinaryFunction function) {
        int lanes = x.shape().extent(0);
        int places = x.shape().extent(1);
        int count = updates.shape().extent(1);
        if (count == 0) {
            return x;
        }
        Node place = b.constant(Tensor.of(Shape.of(places, 1), Ordering.counting(places)));
        Node writes = b.binary(BinaryFunction.EQUAL, b.reshape(positions, Shape.of(lanes, 1, count)), place);
        if (function == null) {
            return lastWritten(b, x, updates, writes);
        }
        return switch (function) {
            case ADD -> b.add(x, b.matmul(writes, updates));
            case MULTIPLY -> b.multiply(x, Reductions.product(b, candidates(b, updates, writes, b.constant(1)), 2));
            case MAXIMUM -> largest(b, x, updates, writes);
            default -> b.negate(largest(b, b.negate(x), b.negate(updates), writes));
        };
    }

    private static Node largest(ProgramBuilder b, Node x, Node updates, Node writes) {
        Node own = b.reshape(x, inserted(x.shape(), 2));
        return b.binary(BinaryFunction.MAXIMUM, x, b.max(candidates(b, updates, writes, own), 2));
    }

    /** (lanes, places, updates, length): the update where it writes, else what stands there. */
    private static Node candidates(ProgramBuilder b, Node updates, Node writes, Node otherwise) {
        Node hot = b.reshape(writes, inserted(writes.shape(), 3));
        return b.select(hot, b.reshape(updates, inserted(updates.shape(), 1)), otherwise);
    }

    private static Shape inserted(Shape shape, int axis) {
        int[] extents = new int[shape.rank() + 1];
        for (int k = 0, from = 0; k < extents.length; k++) {
            extents[k] = k == axis ? 1 : shape.extent(from++);
        }
        return Shape.of(extents);
    }

    /** Each place looks up, in its lane's rows and the updates behind them, the last that was written to it, or itself. */
    private static Node lastWritten(ProgramBuilder b, Node x, Node updates, Node writes) {
        int places = x.shape().extent(1);
        int count = updates.shape().extent(1);
        double[] numbers =
                Arrays.stream(Ordering.counting(count)).map(j -> places + j).toArray();
        Node last = b.max(b.multiply(writes, b.constant(Tensor.vector(numbers))), 2);
        Node untouched = b.binary(BinaryFunction.EQUAL, last, b.constant(0));
        Node source = b.select(untouched, b.constant(Tensor.vector(Ordering.counting(places))), last);
        Node sources = b.broadcast(b.reshape(source, inserted(source.shape(), 2)), x.shape());
        return b.gatherElements(b.concat(1, List.of(x, updates)), sources, 1);
    }
}
