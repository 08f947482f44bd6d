package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Window;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A window over one or two spatial axes; the program knows two, so one-dimensional data gets a height of 1.
 *
 * @param axes 1: (batch, channels, length); 2: (batch, channels, height, width)
 */
record Sliding(int axes, Window window) {

    static Sliding of(Attributes attributes, int axes, boolean pools) {
        List<Integer> ones = java.util.Collections.nCopies(axes, 1);
        List<Integer> kernel = attributes.perAxis("kernel", axes, 1, null);
        List<Integer> strides = attributes.perAxis("stride", axes, 1, pools ? kernel : ones);
        List<Integer> dilations = attributes.perAxis("dilation", axes, 1, ones);
        List<Integer> padding = padding(attributes, kernel, strides, dilations);
        boolean ceil = pools && attributes.flag("ceil", false);
        List<Integer> sides = axes == 2 ? padding : List.of(0, padding.get(0), 0, padding.get(1));
        return new Sliding(axes, new Window(two(kernel, 1), two(strides, 1), sides, two(dilations, 1), ceil));
    }

    /** The sides at the front of all axes, then those at the end. */
    private static List<Integer> padding(
            Attributes attributes, List<Integer> kernel, List<Integer> strides, List<Integer> dilations) {
        int axes = kernel.size();
        List<Integer> front = new ArrayList<>();
        List<Integer> back = new ArrayList<>();
        if (!attributes.has("padding") || attributes.is("padding", "valid")) {
            return java.util.Collections.nCopies(2 * axes, 0);
        }
        if (attributes.isText("padding") && !attributes.is("padding", "same")) {
            throw Problem.invalid(
                    attributes.pointer("padding"),
                    "no such padding",
                    attributes.text("padding"),
                    "same, valid, or whole numbers from 0");
        }
        if (!attributes.is("padding", "same")) {
            front.addAll(attributes.perAxis("padding", axes, 0, null));
            front.addAll(List.copyOf(front));
            return front;
        }
        for (int axis = 0; axis < axes; axis++) {
            if (strides.get(axis) != 1) {
                throw Problem.invalid(
                        attributes.pointer("padding"),
                        "padding same keeps the extent, so it goes with stride 1 only",
                        "stride " + strides,
                        "stride 1, or padding as a number");
            }
            long total = dilations.get(axis) * (kernel.get(axis) - 1L);
            if (total > Attributes.LARGEST) {
                throw Problem.limit(
                        attributes.pointer("kernel"),
                        "the kernel reaches too far",
                        "a reach over " + (total + 1),
                        "at most " + Attributes.LARGEST);
            }
            front.add((int) (total / 2));
            back.add((int) (total - total / 2));
        }
        front.addAll(back);
        return front;
    }

    private static List<Integer> two(List<Integer> values, int height) {
        return values.size() == 2 ? values : List.of(height, values.get(0));
    }

    /** Applies what is two-dimensional to an input of our axes. */
    Node apply(ProgramBuilder b, Node x, UnaryOperator<Node> operation) {
        requireRank(x);
        return axes == 2 ? operation.apply(x) : flat(b, operation.apply(tall(b, x)));
    }

    void requireRank(Node x) {
        if (x.rank() != axes + 2) {
            throw Problem.invalid(
                    "",
                    "the input has the wrong number of axes",
                    x.shape(),
                    axes == 2 ? "(batch, channels, height, width)" : "(batch, channels, length)");
        }
    }

    /** (a, b, length) as (a, b, 1, length). */
    Node tall(ProgramBuilder b, Node x) {
        if (x.rank() == 4) {
            return x;
        }
        Shape shape = x.shape();
        return b.reshape(x, Shape.of(shape.extent(0), shape.extent(1), 1, shape.extent(2)));
    }

    private static Node flat(ProgramBuilder b, Node x) {
        int[] extents = x.shape().extents();
        return b.reshape(x, Shape.of(extents[0], extents[1], extents[3]));
    }

    /** (filters, channels, kernel...). */
    Shape weight(int filters, int channels) {
        int[] kernel = window.kernel().stream().mapToInt(Integer::intValue).toArray();
        int[] extents = Arrays.copyOf(new int[] {filters, channels}, 2 + axes);
        System.arraycopy(kernel, 2 - axes, extents, 2, axes);
        return Shape.of(extents);
    }
}
