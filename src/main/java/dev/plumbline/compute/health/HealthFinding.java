package dev.plumbline.compute.health;

import java.util.List;

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

    public static double above(double observed, double threshold) {
        return observed / threshold;
    }

    public static double below(double observed, double threshold) {
        return threshold / observed;
    }
}
