package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The transpose of a convolution: input (batch, channels, ...), weight (channels, filters / groups, kernel...), bias
 * (filters), extent {@code (n - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1}.
 *
 * <p>Computed as the input with {@code stride - 1} zeros between its elements, convolved with the flipped weight at stride
 * 1: padding p of the transpose is padding {@code dilation (kernel - 1) - p} of that convolution, cropping where negative.
 */
record TransposedConvolution(
        Sliding sliding,
        List<Integer> outputPadding,
        int filters,
        int groups,
        boolean bias,
        Initializer initializer,
        Initializer biasInitializer,
        Activation activation)
        implements Layer {

    static TransposedConvolution of(Attributes attributes, int axes) {
        int filters = attributes.count("filters", 1);
        int groups = attributes.count("groups", 1, 1);
        if (filters % groups != 0) {
            throw Problem.invalid(
                    attributes.pointer("groups"),
                    "the filters cannot be shared out among the groups",
                    filters + " filters, " + groups + " groups",
                    "a divisor of " + filters);
        }
        if (attributes.isText("padding")) {
            throw Problem.invalid(
                    attributes.pointer("padding"),
                    "no such padding of a transposed convolution",
                    attributes.text("padding"),
                    "whole numbers from 0");
        }
        Sliding sliding = Sliding.of(attributes, axes, false);
        List<Integer> extra = attributes.perAxis("outputPadding", axes, 0, Collections.nCopies(axes, 0));
        for (int axis = 0; axis < axes; axis++) {
            int most = Math.max(sliding.strides().get(axis), sliding.dilations().get(axis));
            if (extra.get(axis) >= most) {
                throw Problem.invalid(
                        attributes.pointer("outputPadding"),
                        "the output is padded by less than the stride or the dilation",
                        extra,
                        "below " + most);
            }
        }
        return new TransposedConvolution(
                sliding,
                extra,
                filters,
                groups,
                attributes.flag("bias", true),
                Initializer.of(attributes, "initializer", Initializer.GLOROT_UNIFORM),
                Initializer.ofBias(attributes),
                Activation.after(attributes));
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        sliding.requireRank(x);
        weights.require(x, 0, "channels");
        int channels = weights.made().extent(0);
        if (channels % groups != 0) {
            throw Problem.invalid(
                    "", "the channels cannot be shared out among the groups", channels, "a multiple of " + groups);
        }
        Node w = weights.parameter(b, "weight", sliding.weight(channels, filters / groups), initializer);
        Node spread = x;
        List<Integer> front = new ArrayList<>();
        List<Integer> back = new ArrayList<>();
        for (int axis = 0; axis < sliding.axes(); axis++) {
            int reach = Math.multiplyExact(
                    sliding.dilations().get(axis), sliding.kernel().get(axis) - 1);
            int before = reach - sliding.front().get(axis);
            int after = Math.addExact(reach - sliding.back().get(axis), outputPadding.get(axis));
            spread = spread(b, spread, axis + 2, sliding.strides().get(axis));
            spread = cropped(b, spread, axis + 2, Math.max(0, -before), Math.max(0, -after));
            front.add(Math.max(0, before));
            back.add(Math.max(0, after));
        }
        List<Integer> ones = Collections.nCopies(sliding.axes(), 1);
        Node z = new Sliding(sliding.kernel(), ones, front, back, sliding.dilations(), false)
                .convolution(b, spread, flipped(b, w), groups);
        if (bias) {
            Node shift = weights.parameter(b, "bias", Shape.of(filters), biasInitializer);
            z = b.add(z, sliding.alongFilters(b, shift));
        }
        return activation.apply(b, z);
    }

    /** {@code step - 1} zeros between the elements along an axis. */
    private static Node spread(ProgramBuilder b, Node x, int axis, int step) {
        int extent = x.shape().extent(axis);
        if (step == 1 || extent <= 1) {
            return x;
        }
        int[] extents = x.shape().extents();
        int[] columns = Arrays.copyOf(extents, extents.length + 1);
        System.arraycopy(extents, axis + 1, columns, axis + 2, extents.length - axis - 1);
        columns[axis + 1] = 1;
        List<Integer> before = Collections.nCopies(columns.length, 0);
        List<Integer> after = new ArrayList<>(before);
        after.set(axis + 1, step - 1);
        Node padded = b.pad(b.reshape(x, Shape.of(columns)), before, after, 0);
        extents[axis] = Math.multiplyExact(extent, step);
        return b.slice(b.reshape(padded, Shape.of(extents)), axis, 0, (extent - 1) * step + 1, 1);
    }

    private static Node cropped(ProgramBuilder b, Node x, int axis, int before, int after) {
        int extent = x.shape().extent(axis);
        if ((long) before + after >= extent) {
            throw Problem.invalid(
                    "", "the padding leaves nothing of the output", before + after, "less than " + extent);
        }
        return before + after == 0 ? x : b.slice(x, axis, before, extent - before - after, 1);
    }

    /** (channels, filters / groups, ...) as (filters, channels / groups, ...), all axes of the kernel reversed. */
    private Node flipped(ProgramBuilder b, Node w) {
        int[] extents = w.shape().extents();
        int[] grouped = new int[extents.length + 1];
        grouped[0] = groups;
        grouped[1] = extents[0] / groups;
        System.arraycopy(extents, 1, grouped, 2, extents.length - 1);
        int[] swapped = extents.clone();
        swapped[0] = filters;
        swapped[1] = extents[0] / groups;
        Node flipped = b.reshape(b.swapAxes(b.reshape(w, Shape.of(grouped)), 1, 2), Shape.of(swapped));
        for (int axis = 2; axis < extents.length; axis++) {
            flipped = b.slice(flipped, axis, extents[axis] - 1, extents[axis], -1);
        }
        return flipped;
    }
}
