package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.MatMul;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Wrong rules for matrix products: a square factor that is not transposed on the way back, one left out, two operands
 * exchanged.
 */
final class ProductRules {

    private ProductRules() {}

    static List<FaultyRule> of(Operation operation) {
        List<FaultyRule> rules = new ArrayList<>();
        Node y = operation.output();
        if (!(y.op() instanceof MatMul) || y.inputs().get(0) == y.inputs().get(1)) {
            return rules;
        }
        for (int operand = 0; operand < 2; operand++) {
            Node other = y.inputs().get(1 - operand);
            Node own = y.inputs().get(operand);
            if (isSquare(other) && operation.inputs().contains(own)) {
                rules.add(transposed(operation, operand));
            }
            if (isSquare(y) && operation.inputs().contains(own)) {
                rules.add(arrivingTransposed(operation, operand));
            }
            if (own.shape().equals(y.shape()) && operation.inputs().contains(own)) {
                rules.add(missing(operation, operand));
            }
        }
        if (y.inputs().get(0).shape().equals(y.inputs().get(1).shape())
                && operation.inputs().size() == 2) {
            rules.add(swapped(operation));
        }
        return rules;
    }

    private static boolean isSquare(Node node) {
        int rank = node.rank();
        return rank >= 2 && node.shape().extent(rank - 1) == node.shape().extent(rank - 2);
    }

    /** {@code d'} in place of {@code d}. */
    private static FaultyRule arrivingTransposed(Operation operation, int operand) {
        Node y = operation.output();
        Node own = y.inputs().get(operand);
        return new FaultyRule(
                "transposed",
                (point, d) -> {
                    Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                    double[] turned = transposed(Tensor.of(y.shape(), d)).values();
                    passed.put(own, Replay.passedOn(operation, point, turned).get(own));
                    return passed;
                },
                "takes the gradient that arrives for its transpose, which fits since it is square, on the way to %s"
                        .formatted(ValueWords.of(own, operation)));
    }

    /** {@code d} in place of {@code d b'}. */
    private static FaultyRule missing(Operation operation, int operand) {
        Node own = operation.output().inputs().get(operand);
        Node other = operation.output().inputs().get(1 - operand);
        return new FaultyRule(
                "operandMissing",
                (point, d) -> {
                    Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                    passed.put(own, d.clone());
                    return passed;
                },
                "passes the gradient on to %s without the factor %s"
                        .formatted(ValueWords.of(own, operation), ValueWords.of(other, operation)));
    }

    private static FaultyRule transposed(Operation operation, int operand) {
        Node y = operation.output();
        Node other = y.inputs().get(1 - operand);
        return new FaultyRule(
                "transposed",
                (point, d) -> {
                    List<Tensor> inputs = new ArrayList<>(List.of(
                            point.value(y.inputs().get(0)),
                            point.value(y.inputs().get(1))));
                    inputs.set(1 - operand, transposed(inputs.get(1 - operand)));
                    double[][] into = new double[2][];
                    into[operand] = new double[y.inputs().get(operand).shape().size()];
                    y.op().pullBack(inputs, point.value(y), d, into);
                    Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                    passed.put(y.inputs().get(operand), into[operand]);
                    return passed;
                },
                "multiplies by %s where its transpose belongs, which fits since it is square"
                        .formatted(ValueWords.of(other, operation)));
    }

    private static FaultyRule swapped(Operation operation) {
        Node first = operation.output().inputs().get(0);
        Node second = operation.output().inputs().get(1);
        return new FaultyRule(
                "operandsSwapped",
                (point, d) -> {
                    Map<Node, double[]> right = Replay.passedOn(operation, point, d);
                    return Map.of(
                            first,
                                    right.getOrDefault(
                                            second, new double[second.shape().size()]),
                            second,
                                    right.getOrDefault(
                                            first, new double[first.shape().size()]));
                },
                "exchanges the gradients of its two operands");
    }

    /** The last two axes, of one extent, exchanged. */
    private static Tensor transposed(Tensor square) {
        Shape shape = square.shape();
        int n = shape.extent(shape.rank() - 1);
        double[] values = new double[square.size()];
        for (int i = 0; i < values.length; i++) {
            int row = i / n % n;
            int column = i % n;
            values[i + (column - row) * (n - 1)] = square.at(i);
        }
        return Tensor.of(shape, values);
    }
}
