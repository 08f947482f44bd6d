package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Broadcast;
import dev.plumbline.compute.program.MatMul;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Op;
import dev.plumbline.compute.program.ReversePass;
import dev.plumbline.compute.program.Unary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Paths into the products and differences of a recurrent cell that are cut, or pass the other factor by, in the same place at every step. */
final class GatePaths {

    private static final int MOST = 8;

    /**
     * The same mistake in one place of a cell.
     *
     * @param rules of one operation in each step
     * @param at the last of them
     */
    record Path(String name, Map<Node, ReversePass.Rule> rules, Node at, String words) {}

    private final Objective objective;
    private final List<Node> nodes;

    /** @param nodes of a recurrent operator */
    GatePaths(Objective objective, List<Node> nodes) {
        this.objective = objective;
        this.nodes = nodes;
    }

    private static boolean isCombined(Node node) {
        return node.op() instanceof MatMul || is(node, BinaryFunction.MULTIPLY) || is(node, BinaryFunction.SUBTRACT);
    }

    private static boolean is(Node node, BinaryFunction function) {
        return node.op() instanceof Binary binary && binary.function() == function;
    }

    List<Path> all() {
        Map<List<Op>, List<List<Node>>> cells = new LinkedHashMap<>(); // the steps of directions and layers alike
        for (List<List<Node>> loop :
                loops(nodes.stream().filter(GatePaths::isCombined).toList())) {
            List<Op> ops = loop.get(0).stream().map(Node::op).toList();
            cells.computeIfAbsent(ops, key -> new ArrayList<>()).addAll(loop);
        }
        List<Path> found = new ArrayList<>();
        cells.values().forEach(steps -> {
            int each = steps.get(0).size();
            for (int place = 0; place < each && each > 1 && each <= MOST; place++) {
                for (int operand = 0; operand < 2; operand++) {
                    paths(steps, place, operand, found);
                }
            }
        });
        return found;
    }

    /**
     * The steps of each recurrence, of as many nodes: a step begins where the first of its weights is used again, and ends
     * where one of the steps goes on differently. What comes before the first and after the last is no part of it.
     */
    private static List<List<List<Node>>> loops(List<Node> combined) {
        Map<Node, List<Integer>> uses = new LinkedHashMap<>(); // by weight, positions in that list
        for (int i = 0; i < combined.size(); i++) {
            if (combined.get(i).op() instanceof MatMul) {
                Node weight = combined.get(i).inputs().get(1);
                uses.computeIfAbsent(weight, key -> new ArrayList<>()).add(i);
            }
        }
        List<List<List<Node>>> loops = new ArrayList<>();
        int end = 0;
        for (List<Integer> starts : uses.values()) {
            if (starts.size() > 1 && starts.get(0) >= end) {
                int each = alike(combined, starts);
                loops.add(starts.stream()
                        .map(start -> combined.subList(start, start + each))
                        .toList());
                end = starts.get(starts.size() - 1) + each;
            }
        }
        return loops;
    }

    /** How many nodes from each start on are alike, up to the next start. */
    private static int alike(List<Node> combined, List<Integer> starts) {
        for (int length = 1; ; length++) {
            for (int k = 0; k < starts.size(); k++) {
                int next = k + 1 < starts.size() ? starts.get(k + 1) : combined.size();
                int at = starts.get(k) + length;
                if (at >= next || !isAlike(combined.get(at), combined.get(starts.get(0) + length))) {
                    return length;
                }
            }
        }
    }

    private static boolean isAlike(Node node, Node other) {
        return node.op().equals(other.op()) && node.shape().equals(other.shape());
    }

    private void paths(List<List<Node>> steps, int place, int operand, List<Path> found) {
        List<Node> alike = steps.stream().map(step -> step.get(place)).toList();
        Node last = alike.get(alike.size() - 1);
        Node own = last.inputs().get(operand);
        boolean isPath =
                objective.isMoved(own) && !ValueWords.bare(own).inputs().isEmpty();
        if (!isPath) {
            return;
        }
        String to = words(own, steps);
        boolean byWeights = last.op() instanceof MatMul && operand == 0;
        String beside = byWeights ? "its weights" : words(last.inputs().get(1 - operand), steps);
        found.add(new Path(
                "pathMissing",
                rules(alike, operand, false),
                last,
                "passes no gradient on to %s where it meets %s, at every step".formatted(to, beside)));
        if (is(last, BinaryFunction.MULTIPLY)) {
            found.add(new Path(
                    "operandMissing",
                    rules(alike, operand, true),
                    last,
                    "leaves %s out of what it passes on to %s, at every step".formatted(beside, to)));
        }
    }

    private static Map<Node, ReversePass.Rule> rules(List<Node> alike, int operand, boolean unchanged) {
        Map<Node, ReversePass.Rule> rules = new HashMap<>();
        for (Node node : alike) {
            Node own = node.inputs().get(operand);
            rules.put(node, (point, d) -> {
                Map<Node, double[]> passed = new HashMap<>(ReversePass.over(point)
                        .within(Set.of(node))
                        .from(Map.of(node, d))
                        .at(node.inputs()));
                double[] sum = new double[own.shape().size()];
                if (unchanged) {
                    new Broadcast(node.shape())
                            .pullBack(List.of(point.value(own)), point.value(node), d, new double[][] {sum});
                }
                passed.put(own, sum);
                return passed;
            });
        }
        return rules;
    }

    /** Of the last step: what comes before it and after the step before began is that one's state. */
    private String words(Node value, List<List<Node>> steps) {
        Node source = value;
        while (source.op().isMove() && source.inputs().size() == 1) {
            source = source.inputs().get(0);
        }
        if (source.inputs().isEmpty()) {
            return source.label();
        }
        Node bare = ValueWords.bare(value);
        if (bare.id() < steps.get(steps.size() - 1).get(0).id()) {
            return follows(bare, steps.get(steps.size() - 2).get(0)) ? "the state before" : "the input";
        }
        return bare.op() instanceof Unary ? "the " + bare.op().title() : "the other factor";
    }

    private boolean follows(Node value, Node first) {
        Set<Node> following = new HashSet<>(Set.of(first));
        for (Node node : nodes) {
            if (node.inputs().stream().anyMatch(following::contains)) {
                following.add(node);
            }
        }
        return following.contains(value);
    }
}
