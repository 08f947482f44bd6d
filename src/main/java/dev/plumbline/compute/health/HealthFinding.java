package dev.plumbline.compute.health;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A symptom that was found.
 *
 * @param tensors the layers, or samples, that show it
 * @param quantity what {@code observed} is, in words
 * @param margin how many times beyond the threshold the observation is; above 1, or there were no finding
 * @param remedies the most likely to help first
 */
public record HealthFinding(
        Symptom rule,
        Severity severity,
        List<String> tensors,
        String quantity,
        double observed,
        double threshold,
        double margin,
        String cause,
        List<Remedy> remedies) {

    /** With what its recurrent and attention layers are, which their parameters' names do not say. */
    HealthFinding naming(List<LayerHealth> layers) {
        Map<LayerKind, List<String>> told = new EnumMap<>(LayerKind.class);
        for (LayerHealth layer : layers) {
            LayerKind kind = layer.kind();
            if (kind != null && kind.isTold() && tensors.contains(layer.name())) {
                told.computeIfAbsent(kind, key -> new ArrayList<>()).add(layer.name());
            }
        }
        String kinds = told.entrySet().stream()
                .map(kind ->
                        Words.names(kind.getValue()) + " of " + kind.getKey().words())
                .collect(Collectors.joining("; "));
        return kinds.isEmpty()
                ? this
                : new HealthFinding(
                        rule,
                        severity,
                        tensors,
                        quantity,
                        observed,
                        threshold,
                        margin,
                        cause + " (" + kinds + ")",
                        remedies);
    }

    public static double above(double observed, double threshold) {
        return observed / threshold;
    }

    public static double below(double observed, double threshold) {
        return threshold / observed;
    }
}
