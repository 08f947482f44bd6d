package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Slice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Circular padding as PyTorch's exporter wrote it until 2.1: along an axis of extent n, with {@code left} and {@code right}
 * elements to be added,
 *
 * <pre>
 *   concat(x[n - right - 1 : n - 1], x, x[0 : left])     where it is     concat(x[n - left : n], x, x[0 : right])
 * </pre>
 *
 * one too early and with the two widths exchanged. Nobody cuts a tensor's last but one elements to put them before itself, so it
 * is read as PyTorch computes it.
 */
final class CircularPadding {

    private CircularPadding() {}

    /** What a concatenation is meant to be; null where it is just that. */
    static @Nullable Node padded(ProgramBuilder b, Call call) {
        int count = call.all().size();
        if (count < 2 || count > 3 || !(call.in(0).op() instanceof Slice)) {
            return null;
        }
        Node x = call.in(1);
        int axis = call.axis(call.whole("axis", 1), x.rank());
        int extent = x.shape().extent(axis);
        int right = width(call.in(0), x, axis, extent - 1);
        if (right == 0 || count == 3 && start(call.in(2), x, axis) != 0) {
            return null;
        }
        int left = count == 2 ? 0 : call.in(2).shape().extent(axis);
        b.meaning("torch.nn.functional.pad with mode circular");
        List<Node> parts = new ArrayList<>();
        if (left > 0) {
            parts.add(b.slice(x, axis, extent - left, left, 1));
        }
        parts.add(x);
        parts.add(b.slice(x, axis, 0, right, 1));
        return b.concat(axis, parts);
    }

    /** The width of a part of x along one axis that ends at {@code end}; 0 for anything else. */
    private static int width(Node part, Node x, int axis, int end) {
        int start = start(part, x, axis);
        int width = part.shape().extent(axis);
        return start > 0 && start + width == end ? width : 0;
    }

    /** Where a part of x along one axis begins; -1 for anything else. */
    private static int start(Node part, Node x, int axis) {
        if (!(part.op() instanceof Slice slice) || part.inputs().get(0) != x) {
            return -1;
        }
        for (int k = 0; k < x.rank(); k++) {
            boolean whole = slice.starts().get(k) == 0
                    && slice.counts().get(k) == x.shape().extent(k);
            if (slice.steps().get(k) != 1 || k != axis && !whole) {
                return -1;
            }
        }
        return slice.starts().get(axis);
    }
}
