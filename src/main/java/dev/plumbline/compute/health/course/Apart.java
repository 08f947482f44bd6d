package dev.plumbline.compute.health.course;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How far the ranks of a run are from their median at one step.
 *
 * @param losses by rank, as a share of the median's size; NaN where a rank gave none
 * @param norms by rank, of the gradients together: the difference of logarithms
 * @param unequal ranks with a tensor whose norm is not the median's, to {@value #EQUAL} of it
 */
public record Apart(long step, List<Double> losses, List<Double> norms, List<Integer> unequal) {

    /**
     * Gradients behind an all-reduce are the same bits everywhere, and so are norms that are taken alike; a hundred times
     * float32's rounding over a thousand terms leaves room for those that are not.
     */
    static final double EQUAL = 1e-4;

    /** @param ranks the snapshots of one step, rank by rank */
    static Apart of(List<Snapshot> ranks) {
        return new Apart(
                ranks.get(0).step(),
                distances(ranks, snapshot -> snapshot.loss() == null ? Double.NaN : snapshot.loss(), false),
                distances(ranks, Snapshot::norm, true),
                unequal(ranks));
    }

    /** Whether the gradients of all ranks are the same. */
    boolean isReduced() {
        return unequal.isEmpty();
    }

    private static List<Double> distances(List<Snapshot> ranks, ToDoubleFunction<Snapshot> figure, boolean logarithms) {
        double[] values = ranks.stream().mapToDouble(figure).toArray();
        double median = median(values);
        List<Double> distances = new ArrayList<>();
        for (double value : values) {
            distances.add(logarithms ? Math.log(value / median) : (value - median) / Math.abs(median));
        }
        return distances;
    }

    private static List<Integer> unequal(List<Snapshot> ranks) {
        List<Integer> unequal = new ArrayList<>();
        for (int rank = 0; rank < ranks.size(); rank++) {
            if (!tensors(ranks, rank).isEmpty()) {
                unequal.add(rank);
            }
        }
        return unequal;
    }

    /** The tensors of a rank whose norms are not like the others'. */
    static List<String> tensors(List<Snapshot> ranks, int rank) {
        List<String> tensors = new ArrayList<>();
        ranks.get(rank).tensors().forEach((name, norms) -> {
            double[] all = ranks.stream()
                    .filter(other -> other.tensors().containsKey(name))
                    .mapToDouble(other -> other.tensors().get(name).gradientNorm())
                    .toArray();
            double median = median(all);
            double own = norms.gradientNorm();
            boolean alike = Double.isFinite(median)
                    ? Math.abs(own - median) <= EQUAL * median
                    : Double.compare(own, median) == 0 || !Double.isFinite(own);
            if (!alike) {
                tensors.add(name);
            }
        });
        return tensors;
    }

    /** Of two in the middle their mean; NaN of nothing. Infinite ones are the largest. */
    private static double median(double[] values) {
        double[] sorted = Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[n / 2] + sorted[(n - 1) / 2]) / 2;
    }
}
