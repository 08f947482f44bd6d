package dev.plumbline.compute.program;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Cuts what an objective depends on into fragments at some values: operations that hand on a value at which there is no cut
 * stay together. Only what depends on parameters is cut.
 */
public final class Fragments {

    private final Objective objective;
    private final Set<Node> cuts;
    private final BitSet needed = new BitSet(); // (node)
    private final BitSet ofData = new BitSet(); // (node)
    private final Map<Origin, Origin> parents = new HashMap<>();

    private Fragments(Objective objective, Set<Node> cuts) {
        this.objective = objective;
        this.cuts = cuts;
    }

    /** The fragments in the order of the program. */
    public static List<Fragment> of(Objective objective, Set<Node> cuts) {
        Fragments fragments = new Fragments(objective, cuts);
        fragments.see();
        fragments.join();
        return fragments.cut();
    }

    private void see() {
        List<Node> nodes = objective.program().nodes();
        needed.set(objective.output().id());
        for (int id = nodes.size() - 1; id >= 0; id--) {
            if (needed.get(id)) {
                nodes.get(id).inputs().forEach(input -> needed.set(input.id()));
            }
        }
        for (Node node : nodes) {
            boolean isData = node.op() instanceof Input input && input.role() == Input.Role.DATA;
            ofData.set(node.id(), isData || node.inputs().stream().anyMatch(input -> ofData.get(input.id())));
        }
    }

    private boolean isInside(Node node) {
        return needed.get(node.id())
                && !node.inputs().isEmpty()
                && objective.program().isDifferentiable(node);
    }

    private void join() {
        for (Node node : objective.program().nodes()) {
            if (isInside(node)) {
                node.inputs().stream()
                        .filter(input -> isInside(input) && !cuts.contains(input))
                        .forEach(input -> parents.put(root(input.origin()), root(node.origin())));
            }
        }
    }

    private Origin root(Origin origin) {
        Origin root = origin;
        Origin parent = parents.get(root);
        while (parent != null && parent != root) {
            root = parent;
            parent = parents.get(root);
        }
        parents.put(origin, root);
        return root;
    }

    private List<Fragment> cut() {
        Map<Origin, Set<Node>> groups = new LinkedHashMap<>();
        for (Node node : objective.program().nodes()) {
            if (isInside(node)) {
                groups.computeIfAbsent(root(node.origin()), root -> new LinkedHashSet<>())
                        .add(node);
            }
        }
        Map<Origin, Set<Node>> results = new HashMap<>();
        results.computeIfAbsent(root(objective.output().origin()), root -> new LinkedHashSet<>())
                .add(objective.output());
        for (Node node : objective.program().nodes()) {
            for (Node input : node.inputs()) {
                if (isInside(node) && isInside(input) && input.origin() != node.origin() && cuts.contains(input)) {
                    results.computeIfAbsent(root(input.origin()), root -> new LinkedHashSet<>())
                            .add(input);
                }
            }
        }
        List<Fragment> fragments = new ArrayList<>();
        groups.forEach((root, nodes) -> fragments.add(new Fragment(
                operations(nodes), nodes, inputs(nodes), List.copyOf(results.getOrDefault(root, Set.of())))));
        return fragments;
    }

    private List<Node> inputs(Set<Node> nodes) {
        Map<Integer, Node> inputs = new TreeMap<>();
        for (Node node : nodes) {
            for (Node input : node.inputs()) {
                boolean hands = nodes.contains(input) && (input.origin() == node.origin() || !cuts.contains(input));
                if (!hands && !input.isConstant()) {
                    inputs.put(input.id(), input);
                }
            }
        }
        return List.copyOf(inputs.values());
    }

    private List<Origin> operations(Set<Node> nodes) {
        Set<Origin> all = new LinkedHashSet<>();
        Set<Origin> working = new LinkedHashSet<>();
        for (Node node : nodes) {
            all.add(node.origin());
            if (ofData.get(node.id()) && !(node.op() instanceof Reshape)) {
                working.add(node.origin());
            }
        }
        return List.copyOf(working.isEmpty() ? all : working);
    }
}
