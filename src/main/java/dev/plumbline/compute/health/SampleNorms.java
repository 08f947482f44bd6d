package dev.plumbline.compute.health;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The norm of each sample's own gradient, as a reverse pass on that sample alone gives it.
 *
 * @param norms by sample; null where they could not be taken
 * @param median of the norms
 * @param strongest the samples with the largest norms, the first most
 * @param weakest the samples with the smallest norms, the first least: they teach nothing, or no more
 * @param because why there are no norms
 * @param noise how much the samples' gradients scatter, and the batch size that it suggests; null where there are none, too
 *     few, or all are the same
 */
public record SampleNorms(
        @Nullable List<Double> norms,
        @Nullable Double median,
        List<Integer> strongest,
        List<Integer> weakest,
        @Nullable String because,
        @Nullable NoiseScale noise) {

    private static final int SHOWN = 5;

    public static SampleNorms none(String because) {
        return new SampleNorms(null, null, List.of(), List.of(), because, null);
    }

    public static SampleNorms of(double[] norms, @Nullable NoiseScale noise) {
        List<Integer> order = IntStream.range(0, norms.length)
                .boxed()
                .sorted((a, b) -> Double.compare(norms[b], norms[a]))
                .toList();
        List<Integer> weakest = IntStream.range(0, Math.min(SHOWN, norms.length))
                .mapToObj(i -> order.get(norms.length - 1 - i))
                .toList();
        double[] sorted = norms.clone();
        Arrays.sort(sorted);
        int half = norms.length / 2;
        double median = norms.length == 0
                ? Double.NaN
                : norms.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new SampleNorms(
                Arrays.stream(norms).boxed().toList(),
                median,
                order.subList(0, Math.min(SHOWN, norms.length)),
                weakest,
                null,
                noise);
    }
}
