package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Input;
import dev.plumbline.compute.program.MatMul;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.ReversePass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shared parameters and unrolled recurrences: only the last use counts, or the gradient stops on its way back through time.
 *
 * <p>A recurrence is a parameter whose products each depend on the one before. A value's step is how many of them it depends
 * on; the state goes from one step to the next by way of a product with that parameter, or of one with a gate of that step.
 */
final class Loops {

    private final Trial trial;
    private final Objective objective;

    Loops(Trial trial) {
        this.trial = trial;
        this.objective = trial.wrong().objective();
    }

    List<Found> found() {
        List<Found> found = new ArrayList<>();
        boolean[] ofData = ofData();
        for (Node weight : objective.program().nodes()) {
            List<Node> uses = objective.consumers(weight).stream()
                    .filter(use -> ofData[use.id()])
                    .toList();
            if (!ofData[weight.id()] && !weight.isConstant() && uses.size() > 1) {
                int[] steps = steps(uses, weight);
                Cause last = lastOnly(weight, uses);
                if (last != null) { // one of two uses is a cut path
                    found.add(new Found(last, steps.length > 0 || uses.size() > 2 ? Found.LOOP : Found.OWN_FACTOR, 0));
                }
                if (steps.length > 0) {
                    truncated(found, weight, steps, uses);
                }
            }
        }
        return found;
    }

    /** The nodes that depend on data; the others are parameters and what they are put together to. */
    private boolean[] ofData() {
        boolean[] ofData = new boolean[objective.program().nodes().size()];
        for (Node node : objective.program().nodes()) {
            ofData[node.id()] = node.op() instanceof Input input && input.role() == Input.Role.DATA
                    || node.inputs().stream().anyMatch(input -> ofData[input.id()]);
        }
        return ofData;
    }

    private static void add(List<Found> found, @Nullable Cause cause) {
        if (cause != null) {
            found.add(new Found(cause, Found.LOOP, 0));
        }
    }

    private @Nullable Cause lastOnly(Node weight, List<Node> uses) {
        Map<Node, ReversePass.Rule> rules = new HashMap<>();
        uses.subList(0, uses.size() - 1).forEach(use -> rules.put(use, without(use, List.of(weight))));
        Node last = uses.get(uses.size() - 1);
        return trial.explained(
                Replay.everywhere(objective.output(), rules),
                0,
                fit -> cause(
                        Kind.LAST_USE_ONLY,
                        last,
                        fit,
                        "Of the %d uses of %s only the last, in %s, counts in its gradient; the gradients of all uses add up: look for a buffer that is overwritten."
                                .formatted(uses.size(), weight.label(), last.label())));
    }

    /** The step of each node; none where the uses of a weight do not depend on one another. */
    private int[] steps(List<Node> uses, Node weight) {
        int[] steps = new int[objective.program().nodes().size()];
        for (Node node : objective.program().nodes()) {
            int most = 0;
            for (Node input : node.inputs()) {
                most = Math.max(most, steps[input.id()]);
            }
            boolean isUse = node.op() instanceof MatMul
                    && uses.contains(node)
                    && node.inputs().contains(weight);
            steps[node.id()] = most + (isUse ? 1 : 0);
        }
        return uses.stream().mapToInt(use -> steps[use.id()]).max().orElse(0) > 1 ? steps : new int[0];
    }

    private void truncated(List<Found> found, Node weight, int[] steps, List<Node> uses) {
        boolean begins = beginsWithoutUse(weight, uses);
        int count = uses.size() + (begins ? 1 : 0);
        Map<Integer, Map<Node, ReversePass.Rule>> cuts =
                new HashMap<>(); // by the step that gets nothing from later ones
        Map<Node, List<Node>> taken = new LinkedHashMap<>(); // the states that a node takes
        for (Node node : objective.program().nodes()) {
            List<Node> states = states(node, steps, uses, begins ? weight : null);
            if (!states.isEmpty()) {
                taken.put(node, states);
                cuts.computeIfAbsent(steps[states.get(0).id()], step -> new HashMap<>())
                        .put(node, without(node, states));
            }
        }
        if (cuts.isEmpty()) {
            return;
        }
        Node first = uses.get(0);
        Map<Node, ReversePass.Rule> all = new HashMap<>();
        cuts.values().forEach(all::putAll);
        add(
                found,
                trial.explained(
                        Replay.everywhere(objective.output(), all),
                        0,
                        fit -> cause(
                                Kind.TIME_TRUNCATED,
                                first,
                                fit,
                                "The backward pass goes through one step only: no state passes a gradient on to the step before (%s, %d steps); look for a detached state."
                                        .formatted(weight.label(), count))));
        for (Map.Entry<Integer, Map<Node, ReversePass.Rule>> cut : cuts.entrySet()) {
            int kept = uses.size() - cut.getKey();
            Node where = cut.getValue().keySet().iterator().next();
            add(
                    found,
                    trial.explained(
                            Replay.everywhere(objective.output(), cut.getValue()),
                            0,
                            fit -> cause(
                                    Kind.TIME_TRUNCATED,
                                    where,
                                    fit,
                                    "Back-propagation through time stops after %d of %d steps: the state's gradient is dropped at %s."
                                            .formatted(kept, count, where.label()))));
        }
        if (found.isEmpty()) {
            Found weakened = new Decay(trial, taken).found(first, count);
            if (weakened != null) {
                found.add(weakened);
            }
        }
    }

    /** Whether the first state is computed as the others are, from an input alone: there is a step more than uses. */
    private boolean beginsWithoutUse(Node weight, List<Node> uses) {
        Node first = state(uses.get(0), weight);
        Node second = state(uses.get(1), weight);
        return first != null
                && second != null
                && objective.isMoved(first)
                && !first.inputs().isEmpty()
                && first.op().equals(second.op());
    }

    /** What a use multiplies the weight with. */
    private static @Nullable Node state(Node use, Node weight) {
        return use.inputs().stream()
                .filter(input -> input != weight)
                .findFirst()
                .orElse(null);
    }

    /** The inputs by which a node takes the state of the step before. */
    private List<Node> states(Node node, int[] steps, List<Node> uses, @Nullable Node weightOfFirst) {
        boolean gates = node.op() instanceof Binary binary
                && (binary.function() == BinaryFunction.MULTIPLY
                        || binary.function() == BinaryFunction.SUBTRACT); // z (h - n) in a GRU
        List<Node> states = new ArrayList<>();
        if (uses.contains(node) || gates) {
            for (Node input : node.inputs()) {
                boolean isFirst = node == uses.get(0) && weightOfFirst != null && input != weightOfFirst;
                if (steps[node.id()] == steps[input.id()] + 1 && (steps[input.id()] >= 1 || isFirst)) {
                    states.add(input);
                }
            }
        }
        return states;
    }

    /** A node's own rule without what it passes on to some inputs. */
    private static ReversePass.Rule without(Node node, List<Node> inputs) {
        return Decay.times(0, node, inputs);
    }

    static String title(Node node) {
        return node.origin().kind().isEmpty()
                ? node.op().title()
                : node.origin().kind();
    }

    private static Cause cause(Kind kind, Node node, Fit fit, String advice) {
        return new Cause(
                kind,
                null,
                node.label(),
                title(node),
                null,
                null,
                null,
                null,
                null,
                fit.touched(),
                fit.residual(),
                advice,
                List.of());
    }
}
