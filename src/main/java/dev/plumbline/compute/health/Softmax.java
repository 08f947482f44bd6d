package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Broadcast;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Reduce;
import dev.plumbline.compute.program.Reshape;
import dev.plumbline.compute.program.Unary;
import dev.plumbline.compute.program.UnaryFunction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A softmax, or the logarithm of one, as a program spells it: an exponential over its own sum along one axis, or the
 * logarithm of that sum. Whatever the file or formula called it.
 *
 * @param logits what is exponentiated, before the largest was taken off
 * @param axis along which the probabilities add up to 1
 * @param probabilities the quotient; null where its logarithm is taken, as in cross-entropy
 * @param logarithm that of the sum, or of the quotient; null where none is taken
 */
record Softmax(
        Node logits,
        int axis,
        @Nullable Node probabilities,
        @Nullable Node logarithm) {

    /** All on the way to the objective that depend on a parameter. */
    static List<Softmax> of(Objective objective) {
        List<Softmax> found = new ArrayList<>();
        for (Node node : objective.program().nodes()) {
            if (is(node, UnaryFunction.EXP) && objective.isMoved(node) && objective.dependsOn(node)) {
                for (Node sum : objective.consumers(node)) {
                    if (sum.op() instanceof Reduce reduce
                            && reduce.kind() == Reduce.Kind.SUM
                            && reduce.axes().size() == 1) {
                        add(objective, node, sum, found);
                    }
                }
            }
        }
        return found;
    }

    private static void add(Objective objective, Node exponentials, Node sum, List<Softmax> found) {
        int axis = ((Reduce) sum.op()).axes().get(0);
        Node logits = unshifted(exponentials.inputs().get(0));
        for (Node reader : readers(objective, sum)) {
            boolean divides = reader.op() instanceof Binary binary
                    && binary.function() == BinaryFunction.DIVIDE
                    && reader.inputs().get(0) == exponentials;
            if (divides) {
                Node logarithm = objective.consumers(reader).stream()
                        .filter(next -> is(next, UnaryFunction.LOG))
                        .findFirst()
                        .orElse(null);
                found.add(new Softmax(logits, axis, logarithm == null ? reader : null, logarithm));
            } else if (is(reader, UnaryFunction.LOG)) {
                found.add(new Softmax(logits, axis, null, reader));
            }
        }
    }

    private static Node unshifted(Node node) {
        boolean isShifted = node.op() instanceof Binary binary
                && binary.function() == BinaryFunction.SUBTRACT
                && is(source(node.inputs().get(1)), UnaryFunction.STOP_GRADIENT);
        return isShifted ? node.inputs().get(0) : node;
    }

    /** Who reads a node, perhaps reshaped. */
    static List<Node> readers(Objective objective, Node node) {
        List<Node> readers = new ArrayList<>();
        Deque<Node> waiting = new ArrayDeque<>(objective.consumers(node));
        while (!waiting.isEmpty()) {
            Node reader = waiting.remove();
            if (keepsValues(reader)) {
                waiting.addAll(objective.consumers(reader));
            } else {
                readers.add(reader);
            }
        }
        return readers;
    }

    /** Where the values of a node come from: the node before it was only given another shape. */
    static Node source(Node node) {
        Node source = node;
        while (keepsValues(source)) {
            source = source.inputs().get(0);
        }
        return source;
    }

    private static boolean keepsValues(Node node) {
        return node.op() instanceof Reshape || node.op() instanceof Broadcast;
    }

    static boolean is(Node node, UnaryFunction function) {
        return node.op() instanceof Unary unary && unary.function() == function;
    }

    int classes() {
        return logits.shape().extent(axis);
    }
}
