package dev.plumbline.compute.program;

import dev.plumbline.compute.program.Input.Role;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Indices that came as numbers, judged before anything is looked up with them. */
final class Indices {

    private Indices() {}

    /** The data of a program that it looks up with as they came, or in another shape, each with its narrowest range. */
    static Map<String, IndexRange> ranges(List<Node> nodes) {
        Map<String, IndexRange> ranges = new LinkedHashMap<>();
        for (Node node : nodes) {
            IndexRange range = range(node);
            if (range != null
                    && source(node.inputs().get(1)).op() instanceof Input input
                    && input.role() == Role.DATA) {
                ranges.merge(input.name(), range, IndexRange::narrower);
            }
        }
        return ranges;
    }

    private static @Nullable IndexRange range(Node node) {
        if (node.op() instanceof Gather gather) {
            int extent = node.inputs().get(0).shape().extent(gather.axis());
            return new IndexRange(-extent, extent, null);
        } else if (node.op() instanceof GatherElements gather) {
            int extent = node.inputs().get(0).shape().extent(gather.axis());
            return new IndexRange(gather.fromEnd() ? -extent : 0, extent, gather.ignored());
        }
        return null;
    }

    private static Node source(Node node) {
        Node source = node;
        while (source.op() instanceof Reshape) {
            source = source.inputs().get(0);
        }
        return source;
    }

    /** The indices, which are from {@code lowest} on, as integers in [0, extent); -1 counts from the end, as in NumPy. */
    static int[] of(Tensor tensor, int lowest, int extent) {
        double[] values = tensor.values();
        int[] indices = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            if (value != Math.rint(value) || value < lowest || value >= extent) {
                throw Problem.invalid(
                        "",
                        "an index is out of range at "
                                + Arrays.toString(tensor.shape().index(i)),
                        value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value),
                        "a whole number from " + lowest + " to " + (extent - 1));
            }
            indices[i] = (int) (value < 0 ? value + extent : value);
        }
        return indices;
    }
}
