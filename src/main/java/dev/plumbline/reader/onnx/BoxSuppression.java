package dev.plumbline.reader.onnx;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * NonMaxSuppression: of boxes (batch, boxes, 4) with scores (batch, classes, boxes), the best of each class that overlap no
 * better one by more than a share of their union. The result is integers, rows (sample, class, box), so boxes and scores
 * must be known.
 */
final class BoxSuppression {

    private final Tensor boxes;
    private final Tensor scores;
    private final boolean centred;
    private final double overlap;

    private BoxSuppression(Call call) {
        boxes = call.constant(0);
        scores = call.constant(1);
        centred = call.flag("center_point_box", false);
        overlap = call.has(3) ? call.number(3) : 0;
        Shape b = boxes.shape();
        Shape s = scores.shape();
        boolean fits = b.rank() == 3
                && s.rank() == 3
                && b.extent(2) == 4
                && b.extent(0) == s.extent(0)
                && b.extent(1) == s.extent(2);
        if (!fits) {
            throw Problem.invalid(
                    "", "boxes and scores do not fit", b + ", " + s, "(batch, boxes, 4), (batch, classes, boxes)");
        }
    }

    static List<Value> apply(Call call) {
        BoxSuppression suppression = new BoxSuppression(call);
        double most = call.has(2) ? call.number(2) : 0;
        double least = call.has(4) ? call.number(4) : Double.NEGATIVE_INFINITY;
        List<Double> rows = new ArrayList<>();
        for (int sample = 0; sample < suppression.scores.shape().extent(0); sample++) {
            for (int label = 0; label < suppression.scores.shape().extent(1); label++) {
                for (int box : suppression.kept(sample, label, most, least)) {
                    rows.addAll(List.of((double) sample, (double) label, (double) box));
                }
            }
        }
        double[] values = rows.stream().mapToDouble(Double::doubleValue).toArray();
        return List.of(call.integers(Shape.of(values.length / 3, 3), values));
    }

    private List<Integer> kept(int sample, int label, double most, double least) {
        int count = boxes.shape().extent(1);
        int base = (sample * scores.shape().extent(1) + label) * count;
        List<Integer> best = IntStream.range(0, count)
                .filter(box -> scores.at(base + box) > least)
                .boxed()
                .sorted(Comparator.comparingDouble(box -> -scores.at(base + box)))
                .toList();
        List<Integer> kept = new ArrayList<>();
        for (int box : best) {
            if (kept.size() < most && kept.stream().noneMatch(other -> overlap(sample, box, other) > overlap)) {
                kept.add(box);
            }
        }
        return kept;
    }

    /** The share of the intersection in the union. */
    private double overlap(int sample, int box, int other) {
        double[] a = corners(sample, box);
        double[] b = corners(sample, other);
        double height = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
        double width = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
        double common = Math.max(0, height) * Math.max(0, width);
        double union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common;
        return union > 0 ? common / union : 0;
    }

    /** (low y, low x, high y, high x). */
    private double[] corners(int sample, int box) {
        int at = (sample * boxes.shape().extent(1) + box) * 4;
        double[] v = {boxes.at(at), boxes.at(at + 1), boxes.at(at + 2), boxes.at(at + 3)};
        return centred
                ? new double[] {v[1] - v[3] / 2, v[0] - v[2] / 2, v[1] + v[3] / 2, v[0] + v[2] / 2}
                : new double[] {Math.min(v[0], v[2]), Math.min(v[1], v[3]), Math.max(v[0], v[2]), Math.max(v[1], v[3])};
    }
}
