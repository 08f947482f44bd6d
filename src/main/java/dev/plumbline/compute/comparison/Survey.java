package dev.plumbline.compute.comparison;

import dev.plumbline.compute.judgement.Mistake;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where two large tensors are apart: how many entries, the first of them, a sample of them, and the box they lie in.
 *
 * @param begin of the box along each axis
 * @param end of the box, exclusive
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Survey(long apart, int[] sample, int[] begin, int[] end) {

    private static final int PIECE = 1 << 14;
    private static final int SEGMENT = 1 << 18;

    /** Positions kept of a segment; at least as many as are listed. */
    private static final int KEPT = 256;

    static Survey of(Pair pair, Runnable watch) {
        int segments = (int) (((long) pair.size() + SEGMENT - 1) / SEGMENT);
        return IntStream.range(0, segments)
                .parallel()
                .mapToObj(s -> segment(pair, s * SEGMENT, Math.min(SEGMENT, pair.size() - s * SEGMENT), watch))
                .reduce(Survey::and)
                .orElseThrow();
    }

    private static Survey segment(Pair pair, int first, int length, Runnable watch) {
        Shape shape = pair.a().shape();
        double[] x = new double[Math.min(PIECE, length)];
        double[] y = new double[x.length];
        Survey survey = new Survey(0, new int[0], filled(shape, Integer.MAX_VALUE), filled(shape, 0));
        int[] found = new int[2 * KEPT];
        int kept = 0;
        int every = 1;
        long apart = 0;
        for (int from = first; from < first + length; from += PIECE) {
            watch.run();
            int count = Math.min(PIECE, first + length - from);
            pair.a().read(from, x, count);
            pair.b().read(from, y, count);
            for (int i = 0; i < count; i++) {
                if (x[i] != y[i] && pair.isApart(x[i], y[i])) {
                    survey.widen(shape.index(from + i));
                    if (apart++ % every == 0) {
                        found[kept++] = from + i;
                    }
                    if (kept == found.length) {
                        kept = KEPT;
                        every *= 2;
                        for (int k = 0; k < KEPT; k++) {
                            found[k] = found[2 * k];
                        }
                    }
                }
            }
        }
        return new Survey(apart, Arrays.copyOf(found, kept), survey.begin, survey.end);
    }

    private static int[] filled(Shape shape, int value) {
        int[] filled = new int[shape.rank()];
        Arrays.fill(filled, value);
        return filled;
    }

    private void widen(int[] index) {
        for (int axis = 0; axis < index.length; axis++) {
            begin[axis] = Math.min(begin[axis], index[axis]);
            end[axis] = Math.max(end[axis], index[axis] + 1);
        }
    }

    private Survey and(Survey other) {
        int[] both = IntStream.concat(Arrays.stream(sample), Arrays.stream(other.sample))
                .toArray();
        int step = 1 + both.length / (16 * KEPT);
        int[] thinned = IntStream.range(0, (both.length + step - 1) / step)
                .map(k -> both[k * step])
                .toArray();
        return new Survey(
                apart + other.apart,
                thinned,
                IntStream.range(0, begin.length)
                        .map(axis -> Math.min(begin[axis], other.begin[axis]))
                        .toArray(),
                IntStream.range(0, end.length)
                        .map(axis -> Math.max(end[axis], other.end[axis]))
                        .toArray());
    }

    /** All of them are in the sample where they are few. */
    List<List<Integer>> listed(Shape shape) {
        List<List<Integer>> listed = new ArrayList<>();
        for (int k = 0; k < Math.min(sample.length, Mistake.LISTED); k++) {
            listed.add(Arrays.stream(shape.index(sample[k])).boxed().toList());
        }
        return listed;
    }

    /** Whether they fill most of a box that is a smaller part of the tensor. */
    boolean isSlice(Shape shape) {
        double box = 1;
        for (int axis = 0; axis < begin.length; axis++) {
            box *= end[axis] - begin[axis];
        }
        return 2 * box <= shape.size() && 2 * apart >= box;
    }

    /** As NumPy writes it: {@code [3, :]}. */
    String slice(Shape shape) {
        List<String> axes = new ArrayList<>();
        for (int axis = 0; axis < begin.length; axis++) {
            boolean isWhole = begin[axis] == 0 && end[axis] == shape.extent(axis);
            axes.add(
                    isWhole
                            ? ":"
                            : end[axis] == begin[axis] + 1
                                    ? Integer.toString(begin[axis])
                                    : begin[axis] + ":" + end[axis]);
        }
        return "[" + String.join(", ", axes) + "]";
    }
}
