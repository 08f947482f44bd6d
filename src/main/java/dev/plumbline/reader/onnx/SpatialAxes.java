package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * Convolutions and pools over any number of spatial axes, made of those over two. A single axis is the width of an image of
 * height 1. Of three or more the first is taken by itself: a convolution is the sum, over the kernel's positions along it,
 * of convolutions over the others; maxima and means of windows are maxima and means along one axis after the others.
 */
final class SpatialAxes {

    private SpatialAxes() {}

    interface OverImages {
        Node of(Node x, Windows windows);
    }

    /** {@code x} is (batch, channels, ...), {@code w} (filters, channels / groups, ...). */
    static Node convolution(ProgramBuilder b, Node x, Node w, Windows windows, int groups) {
        int axes = windows.axes();
        if (axes <= 2) {
            Node y = b.convolution(withHeight(b, x), withHeight(b, w), windows.window(), groups);
            return withoutHeight(b, y, x.rank());
        }
        int depth = windows.count(0, x.shape().extent(2));
        int[] pads = windows.pads();
        Node padded = padded(b, x, 2, pads[0], pads[axes], 0);
        Node sum = null;
        for (int k = 0; k < windows.kernel()[0]; k++) {
            Node slices = b.slice(padded, 2, k * windows.dilations()[0], depth, windows.strides()[0]);
            Node images = asBatch(b, slices);
            Node taps = b.reshape(b.slice(w, 2, k, 1, 1), Reshaping.without(w.shape(), 2));
            Node part = convolution(b, images, taps, windows.rest(), groups);
            sum = sum == null ? part : b.add(sum, part);
        }
        Node y = Objects.requireNonNull(sum);
        int[] extents = y.shape().extents();
        int[] split = new int[extents.length + 1];
        split[0] = x.shape().extent(0);
        split[1] = depth;
        System.arraycopy(extents, 1, split, 2, extents.length - 1);
        return b.swapAxes(b.reshape(y, Shape.of(split)), 1, 2);
    }

    /** The first spatial axis as part of the batch. */
    private static Node asBatch(ProgramBuilder b, Node x) {
        int[] extents = x.shape().extents();
        int[] merged = new int[extents.length - 1];
        merged[0] = Math.multiplyExact(extents[0], extents[2]);
        merged[1] = extents[1];
        System.arraycopy(extents, 3, merged, 2, extents.length - 3);
        return b.reshape(b.swapAxes(x, 1, 2), Shape.of(merged));
    }

    /** A pool along all axes: the last two together, each other one by itself. */
    static Node pool(ProgramBuilder b, Node x, Windows windows, OverImages pool) {
        int axes = windows.axes();
        if (axes <= 2) {
            return withoutHeight(b, pool.of(withHeight(b, x), windows), x.rank());
        }
        int[] extents = x.shape().extents();
        int[] merged = new int[extents.length - 1]; // channels and the first spatial axis
        merged[0] = extents[0];
        merged[1] = Math.multiplyExact(extents[1], extents[2]);
        System.arraycopy(extents, 3, merged, 2, extents.length - 3);
        Node inner = pool(b, b.reshape(x, Shape.of(merged)), windows.rest(), pool);
        int[] rest = Arrays.copyOfRange(inner.shape().extents(), 2, inner.rank());
        int positions = Reshaping.product(rest, 0, rest.length);
        Node columns = b.swapAxes(b.reshape(inner, Shape.of(extents[0], extents[1], extents[2], positions)), 2, 3);
        Node outer = pool.of(
                b.reshape(columns, Shape.of(extents[0], Math.multiplyExact(extents[1], positions), 1, extents[2])),
                windows.first());
        int depth = outer.shape().extent(3);
        Node split = b.reshape(outer, Shape.of(extents[0], extents[1], positions, depth));
        int[] result = new int[extents.length];
        result[0] = extents[0];
        result[1] = extents[1];
        result[2] = depth;
        System.arraycopy(rest, 0, result, 3, rest.length);
        return b.reshape(b.swapAxes(split, 2, 3), Shape.of(result));
    }

    /**
     * What each position of the kernel sees, one tensor of the result's shape for each, in the kernel's row-major order;
     * {@code fill} where it sees padding.
     */
    static List<Node> taps(ProgramBuilder b, Node x, Windows windows, double fill) {
        int axes = windows.axes();
        int[] counts = new int[axes];
        Node padded = x;
        for (int k = 0; k < axes; k++) {
            int extent = x.shape().extent(k + 2);
            counts[k] = windows.count(k, extent);
            int reach = (counts[k] - 1) * windows.strides()[k] + (windows.kernel()[k] - 1) * windows.dilations()[k] + 1;
            int before = windows.pads()[k];
            int after = Math.max(windows.pads()[k + axes], reach - before - extent);
            padded = padded(b, padded, k + 2, before, after, fill);
        }
        List<Node> taps = new ArrayList<>(List.of(padded));
        for (int k = 0; k < axes; k++) {
            List<Node> finer = new ArrayList<>();
            for (Node tap : taps) {
                for (int at = 0; at < windows.kernel()[k]; at++) {
                    finer.add(b.slice(tap, k + 2, at * windows.dilations()[k], counts[k], windows.strides()[k]));
                }
            }
            taps = finer;
        }
        return taps;
    }

    static Node padded(ProgramBuilder b, Node x, int axis, int before, int after, double fill) {
        if (before == 0 && after == 0) {
            return x;
        }
        List<Integer> front = new ArrayList<>(Collections.nCopies(x.rank(), 0));
        List<Integer> back = new ArrayList<>(front);
        front.set(axis, before);
        back.set(axis, after);
        return b.pad(x, front, back, fill);
    }

    /** (batch, channels, width) as (batch, channels, 1, width); of rank 4 as it is. */
    private static Node withHeight(ProgramBuilder b, Node x) {
        Shape shape = x.shape();
        return x.rank() == 4 ? x : b.reshape(x, Shape.of(shape.extent(0), shape.extent(1), 1, shape.extent(2)));
    }

    private static Node withoutHeight(ProgramBuilder b, Node x, int rank) {
        Shape shape = x.shape();
        return rank == 4 ? x : b.reshape(x, Shape.of(shape.extent(0), shape.extent(1), shape.extent(3)));
    }
}
