package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Input;
import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Data that come into a layer's product as they are, far from mean 0 and spread 1: their root mean square is above {@code
 * size}, as of pixels of 0 to 255, or their mean is more than {@code offset} standard deviations from 0. The first layer's
 * gradient is {@code x' delta}: it grows with x, its curvature with x^2, and all its entries are driven by the mean
 * (LeCun et al., 1998, section 4.3). What that does here is measured: the gradient is taken again with normalised data.
 *
 * <p>Data that the model scales itself before its first product are not looked at, nor are small ones: one-hot rows are.
 */
record UnscaledInputs(double size, double offset) implements Rule {

    /** Data whose effect is tried, each by a gradient of its own. */
    private static final int TRIED = 3;

    /** @param layer the first that reads the data */
    private record Reading(String data, String layer, String weight) {}

    private record Moments(double mean, double spread, double size) {

        static Moments of(Tensor data) {
            double n = Math.max(1, data.size());
            double sum = 0;
            for (double value : data.values()) {
                sum += value;
            }
            double mean = sum / n;
            double squares = 0;
            for (double value : data.values()) {
                squares += (value - mean) * (value - mean);
            }
            return new Moments(mean, Math.sqrt(squares / n), data.norm() / Math.sqrt(n));
        }
    }

    @Override
    public Judgement judge(Condition condition) {
        Objective objective = condition.around().objective();
        Evaluation.Gradient gradient = condition.around().gradient();
        if (objective == null || gradient == null) {
            return Judgement.notEvaluated(Symptom.INPUTS, Surroundings.NO_MODEL);
        }
        Map<String, Reading> readings = new LinkedHashMap<>();
        for (Layer layer : condition.around().layers()) {
            Layer.Product product = layer.product();
            if (product != null) {
                product.node().inputs().stream()
                        .filter(input -> input != product.weight())
                        .map(UnscaledInputs::data)
                        .filter(data -> data != null)
                        .forEach(data -> readings.putIfAbsent(
                                data,
                                new Reading(
                                        data, layer.name(), layer.parameters().get(0))));
            }
        }
        if (readings.isEmpty()) {
            return Judgement.notEvaluated(Symptom.INPUTS, "no layer with weights reads data as they are");
        }
        List<HealthFinding> findings = new ArrayList<>();
        for (Reading reading : readings.values()) {
            Moments moments = Moments.of(objective.parameter(reading.data()));
            double away = Math.abs(moments.mean()) / moments.spread();
            if (moments.spread() > 0 && (moments.size() > size || away > offset)) {
                String effect = findings.size() < TRIED ? effect(objective, gradient, reading, moments) : "";
                findings.add(finding(reading, moments, effect));
            }
        }
        return Judgement.of(findings);
    }

    /** The data that a node holds in another shape or order; null where it holds anything else. */
    private static @Nullable String data(Node node) {
        return Rearranged.source(node).op() instanceof Input input && input.role() == Input.Role.DATA
                ? input.name()
                : null;
    }

    private HealthFinding finding(Reading reading, Moments moments, String effect) {
        boolean isLarge = moments.size() > size;
        double observed = isLarge ? moments.size() : Math.abs(moments.mean()) / moments.spread();
        double threshold = isLarge ? size : offset;
        return new HealthFinding(
                Symptom.INPUTS,
                Severity.WARNING,
                List.of(reading.data()),
                isLarge ? "root mean square of the data" : "distance of the data's mean from 0, in standard deviations",
                observed,
                threshold,
                HealthFinding.above(observed, threshold),
                "%s has mean %s and standard deviation %s and comes into %s as it is. %s"
                        .formatted(
                                reading.data(),
                                Words.number(moments.mean()),
                                Words.number(moments.spread()),
                                Words.layer(reading.layer()),
                                effect)
                        .strip(),
                List.of(
                        new Remedy(
                                Remedy.Action.NORMALISATION,
                                "Subtract the mean from the data and divide them by their standard deviation; by"
                                        + " feature or channel where these differ.",
                                Map.of("mean", moments.mean(), "standardDeviation", moments.spread())),
                        Remedy.of(
                                Remedy.Action.NORMALISATION,
                                "Put a normalisation layer in front of the first layer.")));
    }

    /** The first layer's gradient as it is, and as it would be. */
    private static String effect(Objective objective, Evaluation.Gradient gradient, Reading reading, Moments moments) {
        Tensor normalised =
                objective.parameter(reading.data()).map(value -> (value - moments.mean()) / moments.spread());
        Node weight = Objects.requireNonNull(objective.program().parameters().get(reading.weight()));
        double there = gradient.by(weight).norm();
        Map<String, Tensor> then =
                objective.base().with(Map.of(reading.data(), normalised)).gradientByParameter(objective.output());
        double norm = Objects.requireNonNull(then.get(reading.weight())).norm();
        return "The gradient of %s has norm %s, and with normalised data %s."
                .formatted(reading.weight(), Words.number(there), Words.number(norm));
    }
}
