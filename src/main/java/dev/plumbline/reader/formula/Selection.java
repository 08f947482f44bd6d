package dev.plumbline.reader.formula;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import java.util.List;

/** What an index takes along one axis: {@code count} elements from {@code start}; a single one may drop the axis. */
record Selection(int start, int count, int step, boolean dropsAxis) {

    static Selection whole(int extent) {
        return new Selection(0, extent, 1, false);
    }

    static Selection element(int index) {
        return new Selection(index, 1, 1, true);
    }

    /** {@code start:stop:step}, its bounds inside the axis. */
    static Selection range(long start, long stop, long step) {
        long distance = step > 0 ? stop - start : start - stop;
        long stride = Math.abs(step);
        int count = distance <= 0 ? 0 : (int) ((distance + stride - 1) / stride);
        return new Selection(count == 0 ? 0 : (int) start, count, count <= 1 ? 1 : (int) step, false);
    }

    /** Slices along each axis in turn, then drops the axes of single elements. */
    static Node append(ProgramBuilder b, Node x, List<Selection> selections) {
        Node result = x;
        for (int axis = 0; axis < selections.size(); axis++) {
            Selection selection = selections.get(axis);
            if (!selection.equals(whole(x.shape().extent(axis)))) {
                result = b.slice(result, axis, selection.start, selection.count, selection.step);
            }
        }
        int[] kept = selections.stream()
                .filter(selection -> !selection.dropsAxis)
                .mapToInt(Selection::count)
                .toArray();
        return b.reshape(result, Shape.of(kept));
    }
}
