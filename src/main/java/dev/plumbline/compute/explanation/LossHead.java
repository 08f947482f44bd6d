package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.Broadcast;
import dev.plumbline.compute.program.Gather;
import dev.plumbline.compute.program.GatherElements;
import dev.plumbline.compute.program.Input;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Reduce;
import dev.plumbline.compute.program.Reshape;
import dev.plumbline.compute.program.Select;
import dev.plumbline.compute.program.Slice;
import dev.plumbline.compute.program.Transpose;
import dev.plumbline.compute.program.Unary;
import dev.plumbline.compute.program.UnaryFunction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The end of a loss that is linear in log-probabilities, {@code - sum w y log p}: only picked by targets, weighed, added up.
 * What arrives at the log-probabilities is then the targets, up to a factor.
 */
final class LossHead {

    private static final Set<Class<?>> MOVES = Set.of(Reshape.class, Transpose.class, Broadcast.class, Slice.class);

    private final Objective objective;
    private final boolean[] ofData; // (node)
    private boolean readsData;

    private LossHead(Objective objective) {
        this.objective = objective;
        this.ofData = new boolean[objective.program().nodes().size()];
        for (Node node : objective.program().nodes()) {
            ofData[node.id()] = node.op() instanceof Input input && input.role() == Input.Role.DATA
                    || node.inputs().stream().anyMatch(input -> ofData[input.id()]);
        }
    }

    /** Whether nothing else lies between a value and the objective, and data has a say in it. */
    static boolean isBehind(Node value, Objective objective) {
        LossHead head = new LossHead(objective);
        Set<Node> seen = new HashSet<>();
        List<Node> open = new ArrayList<>(List.of(value));
        while (!open.isEmpty()) {
            Node node = open.remove(open.size() - 1);
            for (Node reader : objective.consumers(node)) {
                if (!head.isLinear(reader, node)) {
                    return false;
                }
                if (seen.add(reader)) {
                    open.add(reader);
                }
            }
        }
        return head.readsData;
    }

    private boolean isLinear(Node reader, Node in) {
        List<Node> others =
                reader.inputs().stream().filter(input -> input != in).toList();
        boolean rest =
                others.size() == reader.inputs().size() - 1 && others.stream().noneMatch(objective::isMoved);
        readsData |= rest && others.stream().anyMatch(other -> ofData[other.id()]);
        if (reader.op() instanceof Binary binary) {
            return switch (binary.function()) {
                case ADD, SUBTRACT -> true;
                case DIVIDE -> rest && reader.inputs().get(0) == in;
                // what a single operation is judged by: its result times a given number
                case MULTIPLY ->
                    rest
                            || in.shape().size() == 1
                                    && others.stream()
                                            .allMatch(other -> other.inputs().isEmpty());
                default -> false;
            };
        }
        boolean picks = reader.op() instanceof Gather || reader.op() instanceof GatherElements;
        boolean selects = reader.op() instanceof Select && reader.inputs().get(0) != in;
        return (picks || selects) && rest
                || reader.op() instanceof Unary unary && unary.function() == UnaryFunction.NEGATE
                || reader.op() instanceof Reduce reduce && reduce.kind() == Reduce.Kind.SUM
                || MOVES.contains(reader.op().getClass());
    }
}
