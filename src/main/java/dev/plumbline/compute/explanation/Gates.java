package dev.plumbline.compute.explanation;

import dev.plumbline.compute.explanation.Cause.Kind;
import dev.plumbline.compute.program.MatMul;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Origin;
import dev.plumbline.compute.program.ReversePass;
import dev.plumbline.compute.program.Slice;
import dev.plumbline.compute.program.Unary;
import dev.plumbline.compute.program.UnaryFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gates of a recurrent operator, the same mistake at every step: one gate's derivative left out, or the gradients of two gates
 * exchanged where they are stacked, {@code z = W x + R h + b}, or a path into one of its products.
 *
 * <p>The gates of a step are stretches of equal length along the last axis, read off by slices.
 */
final class Gates {

    private static final int MOST = 8;

    private final Trial trial;
    private final Objective objective;

    Gates(Trial trial) {
        this.trial = trial;
        this.objective = trial.wrong().objective();
    }

    List<Found> found() {
        Map<Origin, List<Node>> operators = new LinkedHashMap<>();
        for (Node node : objective.program().nodes()) {
            if (objective.dependsOn(node)) {
                operators
                        .computeIfAbsent(node.origin(), origin -> new ArrayList<>())
                        .add(node);
            }
        }
        List<Found> found = new ArrayList<>();
        operators.values().forEach(nodes -> {
            int steps = steps(nodes);
            if (steps > 1) {
                derivatives(nodes, steps, found);
                exchanges(nodes, found);
                new GatePaths(objective, nodes)
                        .all()
                        .forEach(path -> add(path.name(), path.rules(), path.at(), path.words(), found));
            }
        });
        return found;
    }

    /** How often a weight is multiplied with in turn; 0 where that is not seen. */
    private static int steps(List<Node> nodes) {
        Map<Node, Integer> uses = new HashMap<>();
        nodes.stream()
                .filter(node -> node.op() instanceof MatMul)
                .forEach(node -> uses.merge(node.inputs().get(1), 1, Integer::sum));
        return uses.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    private void derivatives(List<Node> nodes, int steps, List<Found> found) {
        List<Node> functions = nodes.stream()
                .filter(node -> node.op() instanceof Unary unary && unary.function() != UnaryFunction.NEGATE)
                .toList();
        int gates = functions.size() / steps;
        if (gates < 2 || gates > MOST || functions.size() != gates * steps) {
            return; // of a single one all are wrong, which is tried elsewhere
        }
        for (int gate = 0; gate < gates; gate++) {
            Map<Node, ReversePass.Rule> rules = new HashMap<>();
            for (int k = gate; k < functions.size(); k += gates) {
                Node x = functions.get(k).inputs().get(0);
                rules.put(functions.get(k), (point, d) -> Map.of(x, d.clone()));
            }
            String which = "leaves out the derivative of the %s in one place of its cell, the %s of %d, at every step"
                    .formatted(functions.get(gate).op().title(), ordinal(gate), gates);
            add("gateDerivativeMissing", rules, functions.get(gate), which, found);
        }
    }

    private void exchanges(List<Node> nodes, List<Found> found) {
        Map<Node, List<Slice>> stacks = new LinkedHashMap<>();
        for (Node node : nodes) {
            if (node.op() instanceof Slice slice
                    && isStretch(slice, node.inputs().get(0))) {
                stacks.computeIfAbsent(node.inputs().get(0), stack -> new ArrayList<>())
                        .add(slice);
            }
        }
        stacks.keySet().removeIf(stack -> gates(stack, stacks) < 2);
        int gates = stacks.keySet().stream()
                .mapToInt(stack -> gates(stack, stacks))
                .max()
                .orElse(0);
        for (int first = 0; first < gates; first++) {
            for (int second = first + 1; second < gates && gates <= MOST; second++) {
                int one = first;
                int other = second;
                Map<Node, ReversePass.Rule> rules = new HashMap<>();
                stacks.keySet()
                        .forEach(stack -> rules.put(stack, (point, d) -> ReversePass.over(point)
                                .within(Set.of(stack))
                                .from(Map.of(stack, exchanged(d, stack, gates, one, other)))
                                .at(stack.inputs())));
                String words =
                        "exchanges the gradients of its %s and its %s gate".formatted(ordinal(first), ordinal(second));
                add("gateSwapped", rules, stacks.keySet().iterator().next(), words, found);
            }
        }
    }

    /** Whether a slice is a part of the last axis of a step's values, whole along the others. */
    private static boolean isStretch(Slice slice, Node from) {
        int last = from.rank() - 1;
        if (from.rank() != 2 || from.inputs().isEmpty()) {
            return false;
        }
        int length = slice.counts().get(last);
        return slice.counts().get(0) == from.shape().extent(0)
                && length < from.shape().extent(last)
                && from.shape().extent(last) % length == 0
                && slice.starts().get(last) % length == 0
                && slice.steps().get(last) == 1;
    }

    private static int gates(Node stack, Map<Node, List<Slice>> stacks) {
        List<Slice> slices = stacks.getOrDefault(stack, List.of());
        int length = slices.isEmpty() ? 0 : slices.get(0).counts().get(1);
        boolean alike = slices.size() > 1
                && slices.stream().allMatch(slice -> slice.counts().get(1) == length);
        return alike ? stack.shape().extent(1) / length : 0; // a GRU that resets before reads two of three
    }

    private static double[] exchanged(double[] d, Node stack, int gates, int one, int other) {
        int row = stack.shape().extent(1);
        int length = row / gates;
        double[] exchanged = d.clone();
        for (int start = 0; start < d.length; start += row) {
            System.arraycopy(d, start + one * length, exchanged, start + other * length, length);
            System.arraycopy(d, start + other * length, exchanged, start + one * length, length);
        }
        return exchanged;
    }

    private void add(String rule, Map<Node, ReversePass.Rule> rules, Node where, String words, List<Found> found) {
        String title = where.origin().kind().isEmpty()
                ? where.op().title()
                : where.origin().kind();
        Cause cause = trial.explained(
                Replay.everywhere(objective.output(), rules),
                0,
                fit -> new Cause(
                        Kind.RULE,
                        rule,
                        where.label(),
                        title,
                        null,
                        null,
                        null,
                        null,
                        null,
                        fit.touched(),
                        fit.residual(),
                        "In the backward pass, %s (%s) %s.".formatted(where.label(), title, words),
                        List.of()));
        if (cause != null) {
            found.add(new Found(cause, Found.NAMED, where.id()));
        }
    }

    private static String ordinal(int index) {
        return List.of("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
                .get(index);
    }
}
