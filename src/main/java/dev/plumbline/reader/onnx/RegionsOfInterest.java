package dev.plumbline.reader.onnx;

import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * RoiAlign: boxes of images (batch, channels, height, width) pooled to a fixed size, each bin the mean or the maximum of
 * samples read between the pixels (He et al. 2017). Boxes must be known, so each sample is four lookups with known
 * weights.
 */
final class RegionsOfInterest {

    private static final double MOST_SAMPLES = 1e7;

    private final Call call;
    private final ProgramBuilder b;
    private final Shape images;
    private final int height;
    private final int width;
    private final boolean maximum;
    private final List<double[]> places = new ArrayList<>(); // of each corner, by bin
    private final List<double[]> weights = new ArrayList<>();

    private RegionsOfInterest(Call call) {
        this.call = call;
        this.b = call.builder();
        this.images = call.in(0).shape();
        this.height = call.whole("output_height", 1);
        this.width = call.whole("output_width", 1);
        this.maximum = call.choice("mode", "avg", "max").equals("max");
    }

    static void addTo(Map<String, Operator> table) {
        table.put("RoiAlign", call -> new RegionsOfInterest(call).apply());
        table.put("MaxRoiPool", MaxRoiPool::apply);
    }

    private List<Value> apply() {
        Tensor boxes = call.constant(1);
        int[] batch = call.wholes(2);
        double scale = call.number("spatial_scale", 1);
        int ratio = call.whole("sampling_ratio", 0);
        boolean halfPixel = call.opset() >= 16
                && call.choice("coordinate_transformation_mode", "half_pixel", "output_half_pixel")
                        .equals("half_pixel");
        if (images.rank() != 4 || !boxes.shape().equals(Shape.of(batch.length, 4)) || height < 1 || width < 1) {
            throw Problem.invalid(
                    "", "images and boxes do not fit", images + ", " + boxes.shape(), "(n, c, h, w), (boxes, 4)");
        }
        List<Node> regions = new ArrayList<>();
        for (int r = 0; r < batch.length; r++) {
            double offset = halfPixel ? 0.5 : 0;
            double left = boxes.at(4 * r) * scale - offset;
            double top = boxes.at(4 * r + 1) * scale - offset;
            double across = boxes.at(4 * r + 2) * scale - offset - left;
            double down = boxes.at(4 * r + 3) * scale - offset - top;
            if (!halfPixel) {
                across = Math.max(across, 1);
                down = Math.max(down, 1);
            }
            int sample = Lookups.requireIndex(batch[r], images.extent(0));
            regions.add(region(sample, new double[] {top, left, down, across}, ratio));
        }
        Node result = regions.isEmpty()
                ? b.broadcast(b.constant(0), Shape.of(0, images.extent(1), height, width))
                : b.concat(0, regions);
        return call.result(result);
    }

    /** (1, channels, height, width) of one box (top, left, height, width). */
    private Node region(int sample, double[] box, int ratio) {
        double binHeight = box[2] / height;
        double binWidth = box[3] / width;
        int rows = ratio > 0 ? ratio : Math.max(1, (int) Math.ceil(binHeight));
        int columns = ratio > 0 ? ratio : Math.max(1, (int) Math.ceil(binWidth));
        if (!((double) rows * columns * height * width <= MOST_SAMPLES)) {
            throw Problem.limit("", "this box has too many samples", rows + " by " + columns, "fewer");
        }
        Node image = b.reshape(
                b.slice(call.in(0), 0, sample, 1, 1), Shape.of(images.extent(1), images.extent(2) * images.extent(3)));
        Node pooled = null;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                sample(box, binHeight, binWidth, (i + 0.5) / rows, (j + 0.5) / columns);
                for (Node value : maximum ? terms(image) : List.of(sum(terms(image)))) {
                    pooled = pooled == null
                            ? value
                            : maximum ? b.binary(BinaryFunction.MAXIMUM, pooled, value) : b.add(pooled, value);
                }
            }
        }
        Node value = Objects.requireNonNull(pooled);
        Node mean = maximum ? value : b.multiply(value, 1.0 / (rows * columns));
        return b.reshape(mean, Shape.of(1, images.extent(1), height, width));
    }

    private Node sum(List<Node> terms) {
        return terms.stream().reduce(b::add).orElseThrow();
    }

    private List<Node> terms(Node image) {
        List<Node> terms = new ArrayList<>();
        for (int corner = 0; corner < 4; corner++) {
            Node seen = b.gather(image, b.constant(Tensor.vector(places.get(corner))), 1);
            terms.add(b.multiply(seen, b.constant(Tensor.vector(weights.get(corner)))));
        }
        return terms;
    }

    /** The corners around one sample of every bin, and their weights; far outside the weights are 0. */
    private void sample(double[] box, double binHeight, double binWidth, double down, double across) {
        places.clear();
        weights.clear();
        for (int corner = 0; corner < 4; corner++) {
            places.add(new double[height * width]);
            weights.add(new double[height * width]);
        }
        for (int bin = 0; bin < height * width; bin++) {
            double y = box[0] + (bin / width + down) * binHeight;
            double x = box[1] + (bin % width + across) * binWidth;
            boolean far = y < -1 || y > images.extent(2) || x < -1 || x > images.extent(3);
            double[] rows = neighbours(y, images.extent(2));
            double[] columns = neighbours(x, images.extent(3));
            for (int corner = 0; corner < 4 && !far; corner++) {
                places.get(corner)[bin] = rows[corner / 2] * images.extent(3) + columns[corner % 2];
                weights.get(corner)[bin] = rows[2 + corner / 2] * columns[2 + corner % 2];
            }
        }
    }

    /** The pixels on either side of a position, and their weights. */
    private static double[] neighbours(double position, int extent) {
        double inside = Math.max(position, 0);
        int low = (int) Math.min(inside, extent - 1);
        int high = Math.min(low + 1, extent - 1);
        double fraction = low >= extent - 1 ? 0 : inside - low;
        return new double[] {low, high, 1 - fraction, fraction};
    }
}
