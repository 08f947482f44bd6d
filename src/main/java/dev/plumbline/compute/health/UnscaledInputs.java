package dev.plumbline.compute.health;

import dev.plumbline.compute.health.Features.Moments;
import dev.plumbline.compute.program.Convolution;
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
    private record Reading(String data, String layer, String weight, boolean isConvolution) {}

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
                                        data,
                                        layer.name(),
                                        layer.parameters().get(0),
                                        product.node().op() instanceof Convolution)));
            }
        }
        if (readings.isEmpty()) {
            return Judgement.notEvaluated(Symptom.INPUTS, "no layer with weights reads data as they are");
        }
        List<HealthFinding> findings = new ArrayList<>();
        for (Reading reading : readings.values()) {
            Tensor data = objective.parameter(reading.data());
            Moments moments = Moments.of(data.values());
            double away = Math.abs(moments.mean()) / moments.spread();
            if (moments.spread() > 0 && (moments.size() > size || away > offset)) {
                Features features = features(reading, data);
                Tensor normalised = features == null ? data.map(moments::normalise) : features.normalised();
                String effect = findings.size() < TRIED ? effect(objective, gradient, reading, normalised) : "";
                findings.add(finding(reading, moments, features, effect));
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

    /** Null where they are alike, so that one mean and one deviation are enough. */
    private static @Nullable Features features(Reading reading, Tensor data) {
        int rank = data.shape().rank();
        if (rank < 2) {
            return null;
        }
        Features features = Features.of(data, reading.isConvolution() ? 1 : rank - 1);
        return features.differ() ? features : null;
    }

    private HealthFinding finding(Reading reading, Moments moments, @Nullable Features features, String effect) {
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
                "%s has mean %s and standard deviation %s and comes into %s as it is. %s%s"
                        .formatted(
                                reading.data(),
                                Words.number(moments.mean()),
                                Words.number(moments.spread()),
                                Words.layer(reading.layer()),
                                features == null ? "" : apart(features),
                                effect)
                        .strip(),
                List.of(
                        features == null ? together(moments) : byFeature(features),
                        Remedy.of(
                                Remedy.Action.NORMALISATION,
                                "Put a normalisation layer in front of the first layer.")));
    }

    private static String apart(Features features) {
        int largest = features.largest();
        Moments moments = features.moments().get(largest);
        return "Its features differ: feature %d has mean %s and standard deviation %s, and the median one's root mean square is %s. "
                .formatted(
                        largest,
                        Words.number(moments.mean()),
                        Words.number(moments.spread()),
                        Words.number(features.medianSize()));
    }

    private static Remedy together(Moments moments) {
        return new Remedy(
                Remedy.Action.NORMALISATION,
                "Subtract the mean from the data and divide them by their standard deviation.",
                Map.of("mean", moments.mean(), "standardDeviation", moments.spread()));
    }

    private static Remedy byFeature(Features features) {
        int largest = features.largest();
        Moments moments = features.moments().get(largest);
        return new Remedy(
                Remedy.Action.NORMALISATION,
                "Subtract from each feature, or channel, its own mean and divide it by its own standard deviation, where"
                        + " that is not 0. These numbers are those of the largest one.",
                Map.of("feature", (double) largest, "mean", moments.mean(), "standardDeviation", moments.spread()));
    }

    /**
     * The first layer's gradient as it is, and as it would be. At a point of its own: what a softmax takes off its logits is
     * held where a point is only moved, and is far off here.
     */
    private static String effect(
            Objective objective, Evaluation.Gradient gradient, Reading reading, Tensor normalised) {
        Node weight = Objects.requireNonNull(objective.program().parameters().get(reading.weight()));
        double there = gradient.by(weight).norm();
        Map<String, Tensor> point = new LinkedHashMap<>(objective.point());
        point.put(reading.data(), normalised);
        Map<String, Tensor> then = new Objective(objective.program(), objective.output(), point)
                .gradient()
                .byParameter();
        double norm = Objects.requireNonNull(then.get(reading.weight())).norm();
        String now = "The gradient of %s has norm %s".formatted(reading.weight(), Words.number(there));
        return Double.isFinite(norm) ? now + ", and with normalised data " + Words.number(norm) + "." : now + ".";
    }
}
