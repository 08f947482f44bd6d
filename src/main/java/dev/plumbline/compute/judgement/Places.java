package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Where each entry of a rearranged tensor comes from: maps from a row-major position to a row-major position. */
public final class Places {

    private Places() {}

    /**
     * The tensor of {@code shape} with its axes in another order, then read row by row: entry k of the result is entry
     * {@code source(k)} of the tensor.
     */
    public static IntUnaryOperator transposed(Shape shape, int[] order) {
        int[] strides = shape.strides();
        int rank = order.length;
        return k -> {
            int source = 0;
            for (int axis = rank - 1; axis >= 0; axis--) {
                int extent = shape.extent(order[axis]);
                source += k % extent * strides[order[axis]];
                k /= extent;
            }
            return source;
        };
    }

    /** Reversed along each axis whose bit is set. */
    public static IntUnaryOperator flipped(Shape shape, int axes) {
        int[] strides = shape.strides();
        return k -> {
            int source = k;
            for (int axis = 0; axis < strides.length; axis++) {
                if ((axes >> axis & 1) == 1) {
                    int index = k / strides[axis] % shape.extent(axis);
                    source += (shape.extent(axis) - 1 - 2 * index) * strides[axis];
                }
            }
            return source;
        };
    }

    /** Moved by {@code shift} towards higher indices along an axis; what leaves comes in on the other side. */
    public static IntUnaryOperator rolled(Shape shape, int axis, int shift) {
        int stride = shape.strides()[axis];
        int extent = shape.extent(axis);
        return k -> {
            int index = k / stride % extent;
            return k + (Math.floorMod(index - shift, extent) - index) * stride;
        };
    }

    /** Moved likewise; what leaves is lost, zeros come in (source -1). */
    public static IntUnaryOperator pushed(Shape shape, int axis, int shift) {
        int stride = shape.strides()[axis];
        int extent = shape.extent(axis);
        return k -> {
            int index = k / stride % extent;
            int from = index - shift;
            return from < 0 || from >= extent ? -1 : k - shift * stride;
        };
    }

    /** Cut into equal blocks along an axis, block b of the result being block {@code order[b]}. */
    public static IntUnaryOperator blocks(Shape shape, int axis, int[] order) {
        int stride = shape.strides()[axis];
        int extent = shape.extent(axis);
        int length = extent / order.length;
        return k -> {
            int block = k / stride % extent / length;
            return k + (order[block] - block) * length * stride;
        };
    }

    /** All orders of 0 to count - 1, the identity first. */
    public static List<int[]> permutations(int count) {
        List<int[]> permutations = new ArrayList<>();
        permute(new int[count], 0, 0, permutations);
        return permutations;
    }

    private static void permute(int[] order, int filled, int used, List<int[]> found) {
        if (filled == order.length) {
            found.add(order.clone());
            return;
        }
        for (int next = 0; next < order.length; next++) {
            if ((used >> next & 1) == 0) {
                order[filled] = next;
                permute(order, filled + 1, used | 1 << next, found);
            }
        }
    }

    public static int[] inverse(int[] order) {
        int[] inverse = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            inverse[order[i]] = i;
        }
        return inverse;
    }

    public static Shape permuted(Shape shape, int[] order) {
        int[] extents = new int[order.length];
        for (int axis = 0; axis < order.length; axis++) {
            extents[axis] = shape.extent(order[axis]);
        }
        return Shape.of(extents);
    }
}
