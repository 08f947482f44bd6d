package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.Volumes;
import dev.plumbline.compute.program.Window;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A window over one, two or three spatial axes behind (batch, channels). The program knows two: a length gets a height of
 * 1, and a depth is gone along by itself.
 *
 * @param front padding before each axis
 * @param back padding behind each axis
 */
record Sliding(
        List<Integer> kernel,
        List<Integer> strides,
        List<Integer> front,
        List<Integer> back,
        List<Integer> dilations,
        boolean ceil) {

    private static final List<String> AXES = List.of("", "length", "height, width", "depth, height, width");

    static Sliding of(Attributes attributes, int axes, boolean pools) {
        List<Integer> ones = Collections.nCopies(axes, 1);
        List<Integer> kernel = attributes.perAxis("kernel", axes, 1, null);
        List<Integer> strides = attributes.perAxis("stride", axes, 1, pools ? kernel : ones);
        List<Integer> dilations = attributes.perAxis("dilation", axes, 1, ones);
        List<Integer> padding = padding(attributes, kernel, strides, dilations);
        boolean ceil = pools && attributes.flag("ceil", false);
        return new Sliding(kernel, strides, padding.subList(0, axes), padding.subList(axes, 2 * axes), dilations, ceil);
    }

    /** The sides at the front of all axes, then those at the end. */
    private static List<Integer> padding(
            Attributes attributes, List<Integer> kernel, List<Integer> strides, List<Integer> dilations) {
        int axes = kernel.size();
        List<Integer> front = new ArrayList<>();
        List<Integer> back = new ArrayList<>();
        if (!attributes.has("padding") || attributes.is("padding", "valid")) {
            return Collections.nCopies(2 * axes, 0);
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

    int axes() {
        return kernel.size();
    }

    Node convolution(ProgramBuilder b, Node x, Node w, int groups) {
        requireRank(x);
        return switch (axes()) {
            case 1 -> flat(b, b.convolution(tall(b, x), tall(b, w), plane(), groups));
            case 2 -> b.convolution(x, w, plane(), groups);
            default -> Volumes.convolution(b, x, w, depth(), plane(), groups);
        };
    }

    Node maxPool(ProgramBuilder b, Node x) {
        requireRank(x);
        return switch (axes()) {
            case 1 -> flat(b, b.maxPool(tall(b, x), plane()));
            case 2 -> b.maxPool(x, plane());
            default -> Volumes.maxPool(b, x, depth(), plane());
        };
    }

    Node averagePool(ProgramBuilder b, Node x, boolean countPadding) {
        requireRank(x);
        return switch (axes()) {
            case 1 -> flat(b, b.averagePool(tall(b, x), plane(), countPadding));
            case 2 -> b.averagePool(x, plane(), countPadding);
            default -> Volumes.averagePool(b, x, depth(), plane(), countPadding);
        };
    }

    void requireRank(Node x) {
        if (x.rank() != axes() + 2) {
            throw Problem.invalid(
                    "",
                    "the input has the wrong number of axes",
                    x.shape(),
                    "(batch, channels, " + AXES.get(axes()) + ")");
        }
    }

    /** Over the last two axes; over a height of 1 where there is one axis. */
    private Window plane() {
        return new Window(
                lastTwo(kernel, 1),
                lastTwo(strides, 1),
                sides(lastTwo(front, 0), lastTwo(back, 0)),
                lastTwo(dilations, 1),
                ceil);
    }

    /** Over the first of three axes, as a height. */
    private Window depth() {
        return new Window(
                List.of(kernel.get(0), 1),
                List.of(strides.get(0), 1),
                List.of(front.get(0), 0, back.get(0), 0),
                List.of(dilations.get(0), 1),
                ceil);
    }

    private static List<Integer> lastTwo(List<Integer> values, int height) {
        int axes = values.size();
        return axes == 1 ? List.of(height, values.get(0)) : values.subList(axes - 2, axes);
    }

    private static List<Integer> sides(List<Integer> front, List<Integer> back) {
        List<Integer> sides = new ArrayList<>(front);
        sides.addAll(back);
        return sides;
    }

    /** (a, b, length) as (a, b, 1, length). */
    private static Node tall(ProgramBuilder b, Node x) {
        Shape shape = x.shape();
        return b.reshape(x, Shape.of(shape.extent(0), shape.extent(1), 1, shape.extent(2)));
    }

    private static Node flat(ProgramBuilder b, Node x) {
        int[] extents = x.shape().extents();
        return b.reshape(x, Shape.of(extents[0], extents[1], extents[3]));
    }

    /** (filters, channels, kernel...). */
    Shape weight(int filters, int channels) {
        int[] extents = new int[2 + axes()];
        extents[0] = filters;
        extents[1] = channels;
        for (int axis = 0; axis < axes(); axis++) {
            extents[2 + axis] = kernel.get(axis);
        }
        return Shape.of(extents);
    }

    /** A bias (filters) as it is added to (batch, filters, ...). */
    Node alongFilters(ProgramBuilder b, Node bias) {
        int[] extents = new int[2 + axes()];
        Arrays.fill(extents, 1);
        extents[1] = bias.shape().extent(0);
        return b.reshape(bias, Shape.of(extents));
    }
}
