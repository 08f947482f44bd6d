package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.MatMul;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.ReversePass;
import dev.plumbline.compute.program.Unary;
import java.util.ArrayList;
import java.util.HashMap;
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
    private final int steps;
    private final List<Node> combined;

    /** @param nodes of a recurrent operator */
    GatePaths(Objective objective, List<Node> nodes, int steps) {
        this.objective = objective;
        this.steps = steps;
        List<Node> all = nodes.stream()
                .filter(node -> node.op() instanceof MatMul
                        || is(node, BinaryFunction.MULTIPLY)
                        || is(node, BinaryFunction.SUBTRACT))
                .toList();
        this.combined = all.subList(all.size() % steps, all.size()); // before the loop: all steps of x at once
    }

    private static boolean is(Node node, BinaryFunction function) {
        return node.op() instanceof Binary binary && binary.function() == function;
    }

    List<Path> all() {
        int each = combined.size() / steps;
        List<Path> found = new ArrayList<>();
        for (int place = 0; place < each && each > 1 && each <= MOST; place++) {
            List<Node> alike = new ArrayList<>();
            for (int k = place; k < combined.size(); k += each) {
                alike.add(combined.get(k));
            }
            for (int operand = 0; operand < 2; operand++) {
                paths(alike, operand, found);
            }
        }
        return found;
    }

    private void paths(List<Node> alike, int operand, List<Path> found) {
        Node last = alike.get(alike.size() - 1);
        Node own = last.inputs().get(operand);
        boolean isPath =
                objective.isMoved(own) && !ValueWords.bare(own).inputs().isEmpty();
        boolean isOneOp = alike.stream().allMatch(node -> node.op().equals(last.op()));
        if (!isPath || !isOneOp) {
            return;
        }
        String to = words(own);
        boolean byWeights = last.op() instanceof MatMul && operand == 0;
        String beside = byWeights ? "its weights" : words(last.inputs().get(1 - operand));
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
                passed.put(own, unchanged ? d.clone() : new double[own.shape().size()]);
                return passed;
            });
        }
        return rules;
    }

    /** Of the last step: what the first use of the recurrent weights comes after is from the step before. */
    private String words(Node value) {
        int begins = combined.subList(combined.size() - combined.size() / steps, combined.size()).stream()
                .filter(node -> node.op() instanceof MatMul)
                .mapToInt(Node::id)
                .min()
                .orElse(0);
        Node bare = ValueWords.bare(value);
        if (bare.inputs().isEmpty()) {
            return bare.label();
        }
        if (bare.id() < begins) {
            return "the state before";
        }
        return bare.op() instanceof Unary ? "the " + bare.op().title() : "the other factor";
    }
}
