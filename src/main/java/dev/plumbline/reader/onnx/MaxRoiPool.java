package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * MaxRoiPool: boxes of images (batch, channels, height, width), in whole pixels, each cut into bins that overlap where they
 * do not divide evenly, and the maximum of each bin (Girshick 2015, Fast R-CNN). Boxes (batch, left, top, right, bottom),
 * the last pixels included, must be known; a bin outside of the image is 0.
 */
final class MaxRoiPool {

    private static final double MOST_PIXELS = 1e7;

    private final ProgramBuilder b;
    private final Node images;
    private final int height;
    private final int width;

    private MaxRoiPool(ProgramBuilder b, Node images, int height, int width) {
        this.b = b;
        this.images = images;
        this.height = height;
        this.width = width;
    }

    static List<Value> apply(Call call) {
        Tensor boxes = call.constant(1);
        int[] pooled = call.wholes("pooled_shape");
        double scale = call.number("spatial_scale", 1);
        boolean fits = call.in(0).rank() == 4
                && boxes.shape().rank() == 2
                && boxes.shape().extent(1) == 5;
        if (!fits || pooled == null || pooled.length != 2 || pooled[0] < 1 || pooled[1] < 1) {
            throw Problem.invalid(
                    "",
                    "images, boxes and pooled_shape do not fit",
                    call.in(0).shape() + ", " + boxes.shape() + ", " + Arrays.toString(pooled),
                    "(n, c, h, w), (boxes, 5), two from 1");
        }
        if (!((double) pooled[0] * pooled[1] <= MOST_PIXELS)) {
            throw Problem.limit("", "the pooled boxes have too many pixels", Arrays.toString(pooled), "fewer");
        }
        MaxRoiPool pool = new MaxRoiPool(call.builder(), call.in(0), pooled[0], pooled[1]);
        List<Node> regions = new ArrayList<>();
        for (int box = 0; box < boxes.shape().extent(0); box++) {
            regions.add(pool.region(boxes, 5 * box, scale));
        }
        int channels = call.in(0).shape().extent(1);
        Shape none = Shape.of(0, channels, pooled[0], pooled[1]);
        ProgramBuilder b = call.builder();
        return call.result(regions.isEmpty() ? b.broadcast(b.constant(0), none) : b.concat(0, regions));
    }

    /** (1, channels, height, width) of one box. */
    private Node region(Tensor boxes, int at, double scale) {
        Shape shape = images.shape();
        int image = Lookups.requireIndex(boxes.at(at), shape.extent(0));
        int[] columns = edges(boxes.at(at + 1) * scale, boxes.at(at + 3) * scale, width, shape.extent(3));
        int[] rows = edges(boxes.at(at + 2) * scale, boxes.at(at + 4) * scale, height, shape.extent(2));
        int most = Math.max(1, widest(rows) * widest(columns));
        if (!((double) most * height * width <= MOST_PIXELS)) {
            throw Problem.limit("", "this box has too many pixels", most, "fewer");
        }
        double[] positions = new double[height * width * most];
        double[] filled = new double[height * width];
        for (int bin = 0; bin < filled.length; bin++) {
            int top = rows[2 * (bin / width)];
            int left = columns[2 * (bin % width)];
            int across = columns[2 * (bin % width) + 1] - left;
            int count = Math.max(0, across) * Math.max(0, rows[2 * (bin / width) + 1] - top);
            filled[bin] = count > 0 ? 1 : 0;
            for (int k = 0; k < most && count > 0; k++) {
                int pixel = k % count; // a smaller bin begins again
                positions[bin * most + k] = (top + pixel / across) * shape.extent(3) + left + pixel % across;
            }
        }
        Node pixels = b.reshape(
                b.slice(images, 0, image, 1, 1), Shape.of(shape.extent(1), shape.extent(2) * shape.extent(3)));
        Node seen =
                b.gather(pixels, b.constant(Tensor.of(Shape.of(filled.length, most), Datatype.INT64, positions)), 1);
        Node largest = b.select(b.constant(Tensor.vector(filled)), b.max(seen, 2), b.constant(0));
        return b.reshape(largest, Shape.of(1, shape.extent(1), height, width));
    }

    /** First and one past the last pixel of each bin along an axis. */
    private static int[] edges(double from, double to, int bins, int extent) {
        long first = Math.round(from);
        double size = Math.max(Math.round(to) - first + 1, 1) / (double) bins;
        int[] edges = new int[2 * bins];
        for (int bin = 0; bin < bins; bin++) {
            edges[2 * bin] = within(first + Math.floor(bin * size), extent);
            edges[2 * bin + 1] = within(first + Math.ceil((bin + 1) * size), extent);
        }
        return edges;
    }

    private static int within(double pixel, int extent) {
        return (int) Math.max(0, Math.min(extent, pixel));
    }

    private static int widest(int[] edges) {
        int widest = 0;
        for (int i = 0; i < edges.length; i += 2) {
            widest = Math.max(widest, edges[i + 1] - edges[i]);
        }
        return widest;
    }
}
