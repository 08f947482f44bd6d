package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Targets that teach nothing or cannot be met: the same for every sample, though there are {@code leastSamples} different
 * inputs; or, for a share of more than {@code outside}, out of what the output can give: of a sigmoid, a softmax, a tanh, a
 * relu, or out of 0 to 1 where the loss takes probabilities. Classes that do not exist are refused before any diagnosis.
 */
record Targets(double outside, int leastSamples) implements Rule {

    /** What rounding a target to float32 may do at the ends. */
    private static final double ROUNDING = 1e-6;

    private record Range(String of, double least, double most) {

        /** Null where there is no end to what can be given. */
        static @Nullable Range of(TargetReader reader, List<Node> softmaxes) {
            Node node = reader.prediction();
            if (reader.kind() == TargetReader.Kind.PROBABILITIES) {
                return new Range("the labels and probabilities that this loss takes", 0, 1);
            }
            if (reader.kind() != TargetReader.Kind.NUMBERS) {
                return null;
            }
            if (softmaxes.contains(node)) {
                return new Range("a softmax", 0, 1);
            }
            if (Softmax.is(node, UnaryFunction.SIGMOID)) {
                return new Range("a sigmoid", 0, 1);
            }
            if (Softmax.is(node, UnaryFunction.TANH)) {
                return new Range("a tanh", -1, 1);
            }
            return Softmax.is(node, UnaryFunction.RELU) ? new Range("a relu", 0, Double.POSITIVE_INFINITY) : null;
        }

        double shareBeyond(Tensor targets) {
            int beyond = 0;
            for (double value : targets.values()) {
                beyond += value < least - ROUNDING || value > most + ROUNDING ? 1 : 0;
            }
            return beyond / (double) Math.max(1, targets.size());
        }
    }

    @Override
    public Judgement judge(Condition condition) {
        Objective objective = condition.around().objective();
        if (objective == null) {
            return Judgement.notEvaluated(Symptom.TARGETS, Surroundings.NO_MODEL);
        }
        List<TargetReader> readers = TargetReader.of(objective);
        if (readers.isEmpty()) {
            return Judgement.notEvaluated(Symptom.TARGETS, "no data are held against the output");
        }
        List<Node> softmaxes = Softmax.of(objective).stream()
                .map(Softmax::probabilities)
                .filter(node -> node != null)
                .toList();
        SampleRows rows = SampleRows.of(objective);
        List<HealthFinding> findings = new ArrayList<>();
        for (TargetReader reader : new LinkedHashSet<>(readers)) {
            Tensor targets = objective.parameter(reader.data());
            Range range = Range.of(reader, softmaxes);
            double beyond = range == null ? 0 : range.shareBeyond(targets);
            if (range != null && beyond > outside) {
                findings.add(unreachable(reader, range, targets, beyond));
            }
            if (rows != null && rows.distinctInputs() >= leastSamples && areEqual(targets)) {
                findings.add(constant(reader, targets));
            }
        }
        return Judgement.of(findings.stream().distinct().toList());
    }

    /** Whether every sample has the first one's target. */
    private static boolean areEqual(Tensor targets) {
        int samples = targets.shape().rank() == 0 ? 1 : targets.shape().extent(0);
        int size = targets.size() / Math.max(1, samples);
        for (int i = size; i < targets.size(); i++) {
            if (targets.at(i) != targets.at(i - size)) {
                return false;
            }
        }
        return samples > 1;
    }

    private HealthFinding unreachable(TargetReader reader, Range range, Tensor targets, double beyond) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (double value : targets.values()) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return new HealthFinding(
                Symptom.TARGETS,
                Severity.UNHEALTHY,
                List.of(reader.data()),
                "share of the targets out of reach",
                beyond,
                outside,
                HealthFinding.above(beyond, outside),
                "%s runs from %s to %s, but the range of %s is %s to %s: these targets are never met, and their gradient drives the output to its end."
                        .formatted(
                                reader.data(),
                                Words.number(least),
                                Words.number(most),
                                range.of(),
                                Words.number(range.least()),
                                range.most() == Double.POSITIVE_INFINITY ? "infinity" : Words.number(range.most())),
                List.of(
                        new Remedy(
                                Remedy.Action.DATA,
                                "Subtract and divide, which brings the targets into the range.",
                                scaling(range, least, most)),
                        Remedy.of(
                                Remedy.Action.ACTIVATION,
                                "Or give the output no activation, and take a loss of numbers, as mse.")));
    }

    private static Map<String, Double> scaling(Range range, double least, double most) {
        if (range.most() == Double.POSITIVE_INFINITY) {
            return Map.of("subtract", least, "divideBy", 1.0);
        }
        double factor = most > least ? (most - least) / (range.most() - range.least()) : 1;
        return Map.of("subtract", least - range.least() * factor, "divideBy", factor);
    }

    private static HealthFinding constant(TargetReader reader, Tensor targets) {
        boolean isClass = reader.kind() == TargetReader.Kind.CLASSES;
        return new HealthFinding(
                Symptom.TARGETS,
                Severity.WARNING,
                List.of(reader.data()),
                "share of the samples with the same target",
                1,
                1,
                1,
                "All samples have the same target%s in %s: the least loss is that of a constant, and the gradient teaches the last bias."
                        .formatted(
                                isClass ? ", class " + (long) targets.at(0) + "," : targets.size() == 1 ? "" : ",",
                                reader.data()),
                List.of(Remedy.of(
                        Remedy.Action.DATA,
                        "Look at how the targets were read, and shuffle: a batch must hold different ones.")));
    }
}
