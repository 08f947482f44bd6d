package dev.plumbline.compute.program;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A mistake planted in the rules of a tangent, to see whether it gives what somebody claims.
 *
 * @param kind what is wrong
 * @param nodes at which operations
 * @param input of the operation, counted from 0, where one of its terms is missing; else -1
 */
public record Alteration(Kind kind, Set<Node> nodes, int input) {

    /** What can be wrong with an operation's rule. */
    public enum Kind {
        /** Nothing. */
        NONE,
        /** What moves by one of its inputs is left out. */
        DROPPED_TERM,
        /** The slope of a function of one number is left out, as if it were 1. */
        UNIT_SLOPE,
        /** In second derivatives the slope is held constant: its own derivative is missing. */
        HELD_SLOPE
    }

    /** The rules as they are. */
    public static final Alteration NONE = new Alteration(Kind.NONE, Set.of(), -1);

    public Alteration {
        nodes = Set.copyOf(nodes);
    }

    boolean drops(Node node, int k) {
        return kind == Kind.DROPPED_TERM && k == input && nodes.contains(node);
    }

    boolean hasUnitSlope(Node node) {
        return kind == Kind.UNIT_SLOPE && nodes.contains(node);
    }

    boolean holdsSlope(Node node) {
        return kind == Kind.HELD_SLOPE && nodes.contains(node);
    }

    /** The operation, as messages name it. */
    public Node node() {
        return nodes.iterator().next();
    }

    /** Every mistake of one operation that the values of {@code moving} inputs can make a difference to. */
    public static List<Alteration> ofEach(Program program, Set<String> moving, boolean isSecond) {
        List<Alteration> all = new ArrayList<>();
        Set<Node> moved = new HashSet<>();
        for (Node node : program.nodes()) {
            boolean isMoved = node.op() instanceof Input input && moving.contains(input.name());
            for (int k = 0; k < node.inputs().size(); k++) {
                if (moved.contains(node.inputs().get(k))) {
                    isMoved = true;
                    all.add(new Alteration(Kind.DROPPED_TERM, Set.of(node), k));
                }
            }
            if (isMoved) {
                moved.add(node);
                boolean isOperation = !node.inputs().isEmpty();
                if (isOperation && node.op() instanceof Unary unary && unary.function() != UnaryFunction.NEGATE) {
                    all.add(new Alteration(Kind.UNIT_SLOPE, Set.of(node), -1));
                }
                if (isOperation && isSecond && !node.op().isMove() && !(node.op() instanceof Reduce)) {
                    all.add(new Alteration(Kind.HELD_SLOPE, Set.of(node), -1));
                }
            }
        }
        return all;
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
        return new Alteration(Kind.HELD_SLOPE, behind, -1);
    }
}
