package dev.plumbline.compute.program;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mistake planted in the rules of a tangent, to see whether it gives what somebody claims.
 *
 * @param kind what is wrong
 * @param nodes of the operation, or of several
 * @param source whose movement does not arrive, or arrives as it is; null where that is not what is wrong
 * @param input the place of the source among what its one node reads, where only that one counts; else -1
 */
public record Alteration(
        Kind kind, Set<Node> nodes, @Nullable Node source, int input) {

    /** What can be wrong with an operation's rule. */
    public enum Kind {
        /** Nothing. */
        NONE,
        /** What moves by one of its inputs is left out. */
        DROPPED_TERM,
        /** The slope of a function of one tensor is left out, as if it were 1. */
        UNIT_SLOPE,
        /** In second derivatives the slope is held constant: its own derivative is missing. */
        HELD_SLOPE
    }

    /** The rules as they are. */
    public static final Alteration NONE = new Alteration(Kind.NONE, Set.of(), null, -1);

    public Alteration {
        nodes = Set.copyOf(nodes);
    }

    boolean drops(Node node, int k) {
        return kind == Kind.DROPPED_TERM
                && nodes.contains(node)
                && (input < 0 ? node.inputs().get(k) == source : k == input);
    }

    /** The node whose tangent stands for this one's; null where its own rule holds. */
    @Nullable
    Node passedOn(Node node) {
        return kind == Kind.UNIT_SLOPE && nodes.contains(node) ? source : null;
    }

    boolean holdsSlope(Node node) {
        return kind == Kind.HELD_SLOPE && nodes.contains(node);
    }

    /** The operation, as messages name it. */
    public Node node() {
        return nodes.iterator().next();
    }

    /**
     * Every mistake of one operation that the movement of {@code moving} inputs can make a difference to: of a primitive, and
     * of what the model's file or formula has as one operation.
     *
     * @param isSecond whether second derivatives matter
     */
    public static List<Alteration> ofEach(Program program, Set<String> moving, boolean isSecond) {
        List<Alteration> all = new ArrayList<>();
        Set<Node> moved = new HashSet<>();
        Map<Origin, Set<Node>> operations = new LinkedHashMap<>();
        for (Node node : program.nodes()) {
            if (node.op() instanceof Input input && moving.contains(input.name())) {
                moved.add(node);
            } else if (node.inputs().stream().anyMatch(moved::contains)) {
                moved.add(node);
                operations
                        .computeIfAbsent(node.origin(), origin -> new LinkedHashSet<>())
                        .add(node);
                ofNode(node, moved, all);
            }
        }
        for (Set<Node> operation : operations.values()) {
            if (operation.size() > 1) {
                ofOperation(operation, moved, all);
            }
            if (isSecond) {
                all.add(new Alteration(Kind.HELD_SLOPE, operation, null, -1));
            }
        }
        all.sort(
                Comparator.comparing(alteration -> alteration.node().op().isMove())); // what computes before what moves
        return all;
    }

    private static void ofNode(Node node, Set<Node> moved, List<Alteration> all) {
        for (int k = 0; k < node.inputs().size(); k++) {
            if (moved.contains(node.inputs().get(k))) {
                all.add(new Alteration(
                        Kind.DROPPED_TERM, Set.of(node), node.inputs().get(k), k));
            }
        }
        boolean isLinear = node.op().isMove() || node.op() instanceof Reduce;
        if (node.inputs().size() == 1
                && !isLinear
                && node.inputs().get(0).shape().equals(node.shape())) {
            all.add(new Alteration(Kind.UNIT_SLOPE, Set.of(node), node.inputs().get(0), -1));
        }
    }

    private static void ofOperation(Set<Node> operation, Set<Node> moved, List<Alteration> all) {
        Set<Node> outside = new LinkedHashSet<>();
        Node last = operation.iterator().next();
        for (Node node : operation) {
            node.inputs().stream()
                    .filter(input -> moved.contains(input) && !operation.contains(input))
                    .forEach(outside::add);
            last = node;
        }
        for (Node source : outside) {
            all.add(new Alteration(Kind.DROPPED_TERM, operation, source, -1));
        }
        if (outside.size() == 1 && outside.iterator().next().shape().equals(last.shape())) {
            all.add(new Alteration(
                    Kind.UNIT_SLOPE, Set.of(last), outside.iterator().next(), -1));
        }
    }

    /** The slopes of all that the outputs are made of, held: what Gauss and Newton leave out. */
    public static Alteration holdingAll(Program program, Set<Node> outputs) {
        Set<Node> behind = new HashSet<>(outputs);
        for (int id = program.nodes().size() - 1; id >= 0; id--) {
            Node node = program.nodes().get(id);
            if (behind.contains(node)) {
                behind.addAll(node.inputs());
            }
        }
        behind.removeIf(node -> node.inputs().isEmpty());
        return new Alteration(Kind.HELD_SLOPE, behind, null, -1);
    }
}
