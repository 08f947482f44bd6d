package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
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

    private static List<Integer> firsts(List<Tensor> tensors) {
        int samples = samples(tensors.get(0));
        Map<Integer, List<Integer>> byHash = new HashMap<>();
        List<Integer> firsts = new ArrayList<>();
        for (int n = 0; n < samples; n++) {
            int sample = n;
            List<Integer> alike = byHash.computeIfAbsent(hash(tensors, n, samples), key -> new ArrayList<>());
            Integer first = alike.stream()
                    .filter(other -> areEqual(tensors, other, sample, samples))
                    .findFirst()
                    .orElse(null);
            if (first == null) {
                alike.add(n);
            }
            firsts.add(first == null ? n : first);
        }
        return firsts;
    }

    private static int hash(List<Tensor> tensors, int n, int samples) {
        int hash = 1;
        for (Tensor tensor : tensors) {
            int size = tensor.size() / samples;
            for (int i = n * size; i < (n + 1) * size; i++) {
                hash = 31 * hash + Double.hashCode(tensor.at(i));
            }
        }
        return hash;
    }

    private static boolean areEqual(List<Tensor> tensors, int a, int b, int samples) {
        return tensors.stream().allMatch(tensor -> {
            int size = tensor.size() / samples;
            double[] values = tensor.values();
            return Arrays.equals(values, a * size, (a + 1) * size, values, b * size, (b + 1) * size);
        });
    }
}
