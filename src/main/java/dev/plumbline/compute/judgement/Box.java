package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Shape;
import java.util.StringJoiner;

/** A box in index space: along each axis from {@code first} up to, and without, {@code end}. */
record Box(int[] first, int[] end) {

    /** The smallest box around these positions. */
    static Box around(Shape shape, int[] positions) {
        int[] first = shape.index(positions[0]);
        int[] end = shape.index(positions[0]);
        for (int position : positions) {
            int[] index = shape.index(position);
            for (int axis = 0; axis < index.length; axis++) {
                first[axis] = Math.min(first[axis], index[axis]);
                end[axis] = Math.max(end[axis], index[axis]);
            }
        }
        for (int axis = 0; axis < end.length; axis++) {
            end[axis]++;
        }
        return new Box(first, end);
    }

    int size() {
        int size = 1;
        for (int axis = 0; axis < first.length; axis++) {
            size *= end[axis] - first[axis];
        }
        return size;
    }

    /** Whether each axis is either taken whole or fixed at one index, as in a row, a column or a channel. */
    boolean isOfWholeAxes(Shape shape) {
        for (int axis = 0; axis < first.length; axis++) {
            int length = end[axis] - first[axis];
            if (length != 1 && length != shape.extent(axis)) {
                return false;
            }
        }
        return true;
    }

    /** The position in the tensor of the k-th entry of the box. */
    int position(int k, int[] strides) {
        int position = 0;
        for (int axis = first.length - 1; axis >= 0; axis--) {
            int length = end[axis] - first[axis];
            position += (first[axis] + k % length) * strides[axis];
            k /= length;
        }
        return position;
    }

    /** As NumPy writes it: {@code [3, :]}, {@code [:, 4:8]}. */
    String name(Shape shape) {
        StringJoiner name = new StringJoiner(", ", "[", "]");
        for (int axis = 0; axis < first.length; axis++) {
            int length = end[axis] - first[axis];
            if (length == shape.extent(axis) && length > 1) {
                name.add(":");
            } else {
                name.add(length == 1 ? Integer.toString(first[axis]) : first[axis] + ":" + end[axis]);
            }
        }
        return name.toString();
    }
}
