package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Input;
import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Parameters whose derivative is 0 because the graph is cut, not because it is small: every way from them to the objective
 * leads through {@code stopGradient} (detach), a comparison, a rounding or an index, or there is none. It is read off the
 * graph, whatever the values are. Single numbers are no part of a network, nor are masks and positions that were exported
 * as parameters; both are left out.
 */
record CutOff() implements Rule {

    @Override
    public Judgement judge(Condition condition) {
        Objective objective = condition.around().objective();
        if (objective == null) {
            return Judgement.notEvaluated(
                    Symptom.DETACHED, "whether a gradient is 0 because it is cut is for the model's graph to say");
        }
        Map<String, List<String>> byPlace = new TreeMap<>();
        objective.cutOff().forEach((name, node) -> {
            boolean isPart = objective.parameter(name).size() > 1 && !isMask(name, node);
            if (isPart) {
                byPlace.computeIfAbsent(place(node), key -> new ArrayList<>()).add(Layer.name(name));
            }
        });
        double all = objective.program().parameters().size();
        List<HealthFinding> findings = new ArrayList<>();
        byPlace.forEach((place, layers) ->
                findings.add(finding(layers.stream().distinct().toList(), place, layers.size() / all)));
        return Judgement.of(findings);
    }

    /** Whether a parameter as it is is compared or looked up with: an export makes one of what was a buffer. */
    private static boolean isMask(String name, @Nullable Node node) {
        if (node == null || node.op() instanceof Unary) {
            return false;
        }
        return node.inputs().stream()
                .map(input -> Rearranged.source(input).op())
                .anyMatch(op -> op instanceof Input input && input.name().equals(name));
    }

    private static String place(@Nullable Node node) {
        return node == null ? "" : node.op().title() + " (" + node.label() + ")";
    }

    private static HealthFinding finding(List<String> layers, String place, double share) {
        String names = Words.names(layers);
        return new HealthFinding(
                Symptom.DETACHED,
                Severity.WARNING,
                layers,
                "share of the tensors of parameters that no derivative reaches",
                share,
                0,
                Double.POSITIVE_INFINITY,
                place.isEmpty()
                        ? "The loss does not depend on %s: the gradient is exactly 0 whatever the values are."
                                .formatted(names)
                        : "No derivative reaches %s, since %s lets none pass: the gradient is 0 because it is cut, not because it is small."
                                .formatted(names, place),
                List.of(
                        Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                place.isEmpty()
                                        ? "Connect this part with the loss, or take it out of the optimizer."
                                        : "Take " + place + " out of the way from these parameters to the loss."),
                        Remedy.of(
                                Remedy.Action.INVESTIGATION,
                                "If they are frozen on purpose, leave them out of the optimizer: weight decay and"
                                        + " momentum would still move them.")));
    }
}
