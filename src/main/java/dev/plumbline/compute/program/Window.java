package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * How a kernel moves over the two spatial axes (height, width) of a (batch, channel, height, width) tensor: strides,
 * padding at either end and dilation. One-dimensional data has height 1.
 *
 * @param padding (top, left, bottom, right)
 * @param ceil whether a last, partly filled window counts, as PyTorch's ceil_mode has it: only if it begins inside the
 *     input or its left padding
 */
public record Window(
        List<Integer> kernel, List<Integer> strides, List<Integer> padding, List<Integer> dilations, boolean ceil) {

    /** No position that a window asks for leaves the range of int while extents and strides stay within this. */
    private static final int LONGEST = 1 << 29;

    public Window {
        kernel = List.copyOf(kernel);
        strides = List.copyOf(strides);
        padding = List.copyOf(padding);
        dilations = List.copyOf(dilations);
        if (kernel.size() != 2 || strides.size() != 2 || padding.size() != 4 || dilations.size() != 2) {
            throw Problem.invalid(
                    "",
                    "a window has two kernel extents, two strides, four paddings and two dilations",
                    List.of(kernel.size(), strides.size(), padding.size(), dilations.size()),
                    List.of(2, 2, 4, 2));
        }
        Shapes.requirePositive(kernel, "the kernel");
        Shapes.requirePositive(strides, "a stride");
        Shapes.requirePositive(dilations, "a dilation");
        Shapes.requireNotNegative(padding, "padding");
    }

    /** A kernel with stride 1, no padding and no dilation. */
    public static Window of(int height, int width) {
        return new Window(List.of(height, width), List.of(1, 1), List.of(0, 0, 0, 0), List.of(1, 1), false);
    }

    /** The height and width of the result for an input of this height and width. */
    int[] output(int height, int width) {
        return new int[] {count(0, height), count(1, width)};
    }

    private int count(int axis, int extent) {
        long padded = (long) extent + padding.get(axis) + padding.get(axis + 2);
        if (Math.max(padded, strides.get(axis)) > LONGEST) {
            throw Problem.limit(
                    "",
                    "this window moves too far",
                    "a stride of " + strides.get(axis) + " over an extent of " + padded + " with padding",
                    "both at most " + LONGEST);
        }
        long reach = (kernel.get(axis) - 1L) * dilations.get(axis) + 1;
        if (padded < reach) {
            throw Problem.invalid(
                    "",
                    "the kernel is larger than the input along the " + (axis == 0 ? "height" : "width"),
                    "a kernel that reaches over " + reach + " of " + padded + " (with padding)",
                    "a kernel that fits");
        }
        int stride = strides.get(axis);
        long count = (padded - reach) / stride + 1;
        boolean partlyFilled = (padded - reach) % stride != 0;
        if (ceil && partlyFilled && count * stride < (long) extent + padding.get(axis)) {
            count++;
        }
        return (int) count;
    }

    /** Refuses padding that could leave a pooling window empty; PyTorch allows at most half the kernel. */
    void requirePoolPadding() {
        List<Integer> refused = new ArrayList<>();
        for (int side = 0; side < 4; side++) {
            if (padding.get(side) > kernel.get(side % 2) / 2) {
                refused.add(padding.get(side));
            }
        }
        if (!refused.isEmpty()) {
            throw Problem.invalid("", "pooling pads by at most half the kernel", padding, "at most half of " + kernel);
        }
    }

    int top(int row) {
        return row * strides.get(0) - padding.get(0);
    }

    int left(int column) {
        return column * strides.get(1) - padding.get(1);
    }
}
