package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * Convolutions and pools over three spatial axes (batch, channels, depth, height, width), composed of those over two: a
 * convolution is the sum over the depth of its kernel of plane convolutions, a pool one over planes and then one over the
 * depth. Of the largest that tie, the first in row-major order is taken, as over two axes.
 */
public final class Volumes {

    private Volumes() {}

    /**
     * Cross-correlation with weights (filters, channels / groups, kernel depth, height, width).
     *
     * @param depth over the depth as a height, its width 1
     * @param plane over height and width
     */
    public static Node convolution(ProgramBuilder b, Node x, Node w, Window depth, Window plane, int groups) {
        require(x);
        int[] in = x.shape().extents();
        int slices = depth.output(in[2], 1)[0];
        Node deep = b.swapAxes(padded(b, x, depth), 1, 2); // (batch, depth, channels, height, width)
        int[] kernel = w.shape().extents();
        Node sum = null;
        for (int k = 0; k < kernel[2]; k++) {
            int start = Math.multiplyExact(k, depth.dilations().get(0));
            Node part = b.slice(deep, 1, start, slices, depth.strides().get(0));
            Node images = b.reshape(part, Shape.of(Math.multiplyExact(in[0], slices), in[1], in[3], in[4]));
            Node weight = b.reshape(b.slice(w, 2, k, 1, 1), Shape.of(kernel[0], kernel[1], kernel[3], kernel[4]));
            Node term = b.convolution(images, weight, plane, groups);
            sum = sum == null ? term : b.add(sum, term);
        }
        Node all = Objects.requireNonNull(sum);
        int[] out = all.shape().extents();
        return b.swapAxes(b.reshape(all, Shape.of(in[0], slices, out[1], out[2], out[3])), 1, 2);
    }

    public static Node maxPool(ProgramBuilder b, Node x, Window depth, Window plane) {
        return pooled(b, x, planes -> b.maxPool(planes, plane), columns -> b.maxPool(columns, depth));
    }

    public static Node averagePool(ProgramBuilder b, Node x, Window depth, Window plane, boolean countPadding) {
        return pooled(
                b,
                x,
                planes -> b.averagePool(planes, plane, countPadding),
                columns -> b.averagePool(columns, depth, countPadding));
    }

    private interface Pool {
        Node of(Node images);
    }

    private static Node pooled(ProgramBuilder b, Node x, Pool overPlanes, Pool overDepth) {
        require(x);
        int[] in = x.shape().extents();
        Node planes = b.reshape(x, Shape.of(in[0], Math.multiplyExact(in[1], in[2]), in[3], in[4]));
        Node flat = overPlanes.of(planes);
        int[] out = flat.shape().extents();
        Node columns = b.reshape(flat, Shape.of(in[0], in[1], in[2], Math.multiplyExact(out[2], out[3])));
        Node pooled = overDepth.of(columns);
        return b.reshape(pooled, Shape.of(in[0], in[1], pooled.shape().extent(2), out[2], out[3]));
    }

    private static Node padded(ProgramBuilder b, Node x, Window depth) {
        int before = depth.padding().get(0);
        int after = depth.padding().get(2);
        if (before == 0 && after == 0) {
            return x;
        }
        List<Integer> front = new ArrayList<>(Collections.nCopies(5, 0));
        List<Integer> back = new ArrayList<>(front);
        front.set(2, before);
        back.set(2, after);
        return b.pad(x, front, back, 0);
    }

    private static void require(Node x) {
        if (x.rank() != 5) {
            throw Problem.invalid(
                    "", "the input has the wrong number of axes", x.shape(), "(batch, channels, depth, height, width)");
        }
    }
}
