package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which samples of a batch are equal, bit by bit.
 *
 * @param inputs by sample, the first sample with the same inputs
 * @param targets by sample, the first sample with the same targets
 */
record SampleRows(List<Integer> inputs, List<Integer> targets) {

    /** Null where the data's first axes differ, or there are no inputs beside the targets. */
    static @Nullable SampleRows of(Objective objective) {
        Set<String> targets =
                TargetReader.of(objective).stream().map(TargetReader::data).collect(Collectors.toSet());
        List<Tensor> given = new ArrayList<>();
        List<Tensor> wanted = new ArrayList<>();
        for (String name : objective.program().data().keySet()) {
            Tensor tensor = Objects.requireNonNull(objective.point().get(name));
            if (tensor.shape().rank() > 0) {
                (targets.contains(name) ? wanted : given).add(tensor);
            }
        }
        boolean differ = given.stream().mapToInt(SampleRows::samples).distinct().count() != 1
                || wanted.stream().anyMatch(tensor -> samples(tensor) != samples(given.get(0)));
        return differ ? null : new SampleRows(firsts(given), firsts(wanted.isEmpty() ? given : wanted));
    }

    private static int samples(Tensor tensor) {
        return tensor.shape().extent(0);
    }

    int count() {
        return inputs.size();
    }

    int distinctInputs() {
        return (int) inputs.stream().distinct().count();
    }

    /** By sorting the samples: equal ones then stand side by side, the first in front. */
    private static List<Integer> firsts(List<Tensor> tensors) {
        int samples = samples(tensors.get(0));
        List<Integer> order = IntStream.range(0, samples)
                .boxed()
                .sorted((a, b) -> compare(tensors, a, b))
                .toList();
        Integer[] firsts = new Integer[samples];
        for (int i = 0; i < samples; i++) {
            boolean repeats = i > 0 && compare(tensors, order.get(i - 1), order.get(i)) == 0;
            firsts[order.get(i)] = repeats ? firsts[order.get(i - 1)] : order.get(i);
        }
        return List.of(firsts);
    }

    private static int compare(List<Tensor> tensors, int a, int b) {
        for (Tensor tensor : tensors) {
            int size = tensor.size() / samples(tensor);
            double[] values = tensor.values();
            int order = Arrays.compare(values, a * size, (a + 1) * size, values, b * size, (b + 1) * size);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
