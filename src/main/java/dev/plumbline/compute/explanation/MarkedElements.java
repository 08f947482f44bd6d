package dev.plumbline.compute.explanation;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Weights that leave out the samples, or the elements of a loss, where data has one value: the padding's, a class, a mask's. */
final class MarkedElements {

    /** Values of one tensor of data that are tried, the most frequent ones. */
    private static final int VALUES = 6;

    private MarkedElements() {}

    /** For each such value others that count as before, and others that are averaged among themselves. */
    static List<double[]> leftOut(LossElements elements, Case wrong) {
        List<double[]> found = new ArrayList<>();
        wrong.objective().point().forEach((name, data) -> {
            boolean isData = wrong.objective().program().data().containsKey(name);
            if (isData && data.size() == elements.groups()) {
                for (double value : frequent(data)) {
                    int out = (int) Arrays.stream(data.values())
                            .filter(each -> each == value)
                            .count();
                    boolean means = out > 1 || value == Math.rint(value) && !elements.areSamples();
                    if (means && out < data.size()) {
                        found.add(others(data, value, 1));
                        found.add(others(data, value, (double) data.size() / (data.size() - out)));
                    }
                }
            }
        });
        return found;
    }

    private static double[] others(Tensor data, double value, double weight) {
        return Arrays.stream(data.values())
                .map(each -> each == value ? 0 : weight)
                .toArray();
    }

    private static List<Double> frequent(Tensor data) {
        Map<Double, Integer> counts = new TreeMap<>();
        for (double value : data.values()) {
            counts.merge(value, 1, Integer::sum);
        }
        return counts.entrySet().stream()
                .sorted(Comparator.comparing(entry -> -entry.getValue()))
                .map(Map.Entry::getKey)
                .limit(VALUES)
                .toList();
    }
}
