package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Concat;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Transpose;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Wrong rules for operations that only move elements. */
final class MoveRules {

    private MoveRules() {}

    static List<FaultyRule> of(Operation operation) {
        Node y = operation.output();
        Node x = y.inputs().get(0);
        List<FaultyRule> rules = new ArrayList<>();
        if (y.op() instanceof Transpose transpose) {
            rules.add(new FaultyRule(
                    "reshapedNotTransposed",
                    (point, d) -> Map.of(x, d.clone()),
                    "only reshapes the gradient on the way back; its axes must be exchanged again"));
            boolean fits = transpose.shape(List.of(y.shape())).equals(x.shape());
            if (fits && !inverse(transpose).equals(transpose)) {
                rules.add(new FaultyRule(
                        "permutationNotInverted",
                        (point, d) -> Map.of(x, transpose.value(List.of(Tensor.of(y.shape(), d)), x.shape())),
                        "orders the axes on the way back as it does forward; it takes the inverse order"));
            }
        }
        if (y.op() instanceof Concat && y.inputs().size() == 2) {
            Node second = y.inputs().get(1);
            if (x != second
                    && x.shape().equals(second.shape())
                    && operation.inputs().size() == 2) {
                rules.add(new FaultyRule(
                        "operandsSwapped",
                        (point, d) -> {
                            Map<Node, double[]> right = Replay.passedOn(operation, point, d);
                            double[] none = new double[x.shape().size()];
                            return Map.of(
                                    x, right.getOrDefault(second, none), second, right.getOrDefault(x, none.clone()));
                        },
                        "exchanges the gradients of its two parts"));
            }
        }
        return rules;
    }

    private static Transpose inverse(Transpose transpose) {
        List<Integer> order = new ArrayList<>();
        for (int axis = 0; axis < transpose.permutation().size(); axis++) {
            order.add(transpose.permutation().indexOf(axis));
        }
        return new Transpose(order);
    }
}
