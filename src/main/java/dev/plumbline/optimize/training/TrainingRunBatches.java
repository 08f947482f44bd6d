package dev.plumbline.optimize.training;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The samples of a run, batch by batch. Tensors whose first extent is the number of samples are cut along it; the others
 * go whole into every batch. With a seed, each epoch has its own order, drawn by Fisher and Yates from the seed and the
 * number of the epoch; the last batch of an epoch holds what is left.
 */
final class TrainingRunBatches {

    private final Map<String, Tensor> data;
    private final int samples;
    private final int size;
    private final @Nullable Long seed;
    private final int[] order;
    private long shuffled = -1;

    /**
     * @param target the data tensor that says how many samples there are, or {@code x} where there is no such
     * @param batchSize null for all samples in one batch
     */
    TrainingRunBatches(Map<String, Tensor> data, String target, @Nullable Integer batchSize, @Nullable Long seed) {
        this.data = data;
        this.samples = samples(data, target);
        this.size = batchSize == null ? samples : batchSize;
        this.seed = batchSize == null ? null : seed;
        this.order = IntStream.range(0, samples).toArray();
        if (batchSize != null && (batchSize > samples || samples == 0)) {
            throw Problem.invalid(
                    "/batchSize",
                    "there are not so many samples in a batch",
                    batchSize,
                    samples == 0 ? "none: no data tensor has samples" : "1 to " + samples + ", the number of samples");
        }
    }

    private static int samples(Map<String, Tensor> data, String target) {
        for (String name : new String[] {target, "x"}) {
            Tensor tensor = data.get(name);
            if (tensor != null && tensor.shape().rank() > 0) {
                return tensor.shape().extent(0);
            }
        }
        return data.values().stream()
                .filter(tensor -> tensor.shape().rank() > 0)
                .mapToInt(tensor -> tensor.shape().extent(0))
                .max()
                .orElse(0);
    }

    /**
     * Does what a problem may end that comes of the cutting: data of two different numbers of samples, or a model that is
     * made for another size. The problem says so then.
     */
    <T> T explaining(Supplier<T> work) {
        try {
            return work.get();
        } catch (Problem problem) {
            throw explained(problem);
        }
    }

    private Problem explained(Problem problem) {
        if (size == samples || problem.pointer().startsWith("/parameters")) {
            return problem;
        }
        String cut = cutNames() + (cutNames().contains(",") ? " have " : " has ") + samples + " samples";
        String whole = data.entrySet().stream()
                .filter(entry -> entry.getValue().shape().rank() > 0 && !isCut(entry.getValue()))
                .map(entry ->
                        entry.getKey() + " has " + entry.getValue().shape().extent(0) + ", ")
                .collect(Collectors.joining());
        String explanation = problem.explanation() + " (batchSize cuts mini-batches of " + size + ": "
                + (whole.isEmpty() ? cut : whole + "which is not cut, and " + cut) + ")";
        Problem explained =
                new Problem(problem.code(), problem.pointer(), explanation, problem.got(), problem.expected());
        explained.initCause(problem);
        return explained;
    }

    private String cutNames() {
        return data.entrySet().stream()
                .filter(entry -> isCut(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
    }

    int epochLength() {
        return size == 0 ? 1 : (samples + size - 1) / size;
    }

    /** How many samples iteration {@code t}, from 1, has. */
    int sizeOf(long t) {
        int place = (int) ((t - 1) % epochLength());
        return Math.min(size, samples - place * size);
    }

    /** The data of iteration {@code t}, from 1. */
    Map<String, Tensor> batch(long t) {
        if (size == samples) {
            return data;
        }
        shuffle((t - 1) / epochLength());
        int first = (int) ((t - 1) % epochLength()) * size;
        Map<String, Tensor> batch = new LinkedHashMap<>();
        data.forEach((name, tensor) -> batch.put(name, isCut(tensor) ? rows(tensor, first, sizeOf(t)) : tensor));
        return batch;
    }

    private boolean isCut(Tensor tensor) {
        return tensor.shape().rank() > 0 && tensor.shape().extent(0) == samples;
    }

    private void shuffle(long epoch) {
        if (seed == null || epoch == shuffled) {
            return;
        }
        SplittableRandom random = new SplittableRandom(seed + epoch);
        for (int i = 0; i < samples; i++) {
            order[i] = i;
        }
        for (int i = samples - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int here = order[i];
            order[i] = order[other];
            order[other] = here;
        }
        shuffled = epoch;
    }

    private Tensor rows(Tensor tensor, int first, int count) {
        int[] extents = tensor.shape().extents();
        int length = tensor.size() / samples;
        extents[0] = count;
        double[] values = new double[count * length];
        for (int row = 0; row < count; row++) {
            System.arraycopy(tensor.values(), order[first + row] * length, values, row * length, length);
        }
        return Tensor.of(Shape.of(extents), tensor.datatype(), values);
    }
}
