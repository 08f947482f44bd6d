package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Broadcast;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.Reshape;
import dev.plumbline.compute.program.Unary;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Wrong rules for {@code a b} and {@code a / b}, element by element: the other operand left out, there twice, or taken for
 * one's own. Where a is normalised and b the gain, they have names of their own.
 */
final class MultiplicationRules {

    private MultiplicationRules() {}

    static List<FaultyRule> of(Operation operation) {
        List<FaultyRule> rules = new ArrayList<>();
        Node y = operation.output();
        if (!(y.op() instanceof Binary binary)
                || operation.nodes().size() != 1
                || y.inputs().get(0) == y.inputs().get(1)) {
            return rules;
        }
        if (binary.function() == BinaryFunction.MULTIPLY) {
            for (int k = 0; k < 2; k++) {
                if (operation.inputs().contains(y.inputs().get(k))) {
                    product(operation, k, rules);
                }
            }
            if (y.inputs().get(0).shape().equals(y.inputs().get(1).shape())
                    && operation.inputs().size() == 2) {
                rules.add(swapped(operation));
            }
        } else if (binary.function() == BinaryFunction.DIVIDE) {
            quotient(operation, rules);
        }
        return rules;
    }

    private static void product(Operation operation, int k, List<FaultyRule> rules) {
        Node own = operation.output().inputs().get(k);
        Node other = operation.output().inputs().get(1 - k);
        boolean isGain = isNormalised(own);
        boolean ofGain = isNormalised(other);
        rules.add(edited(
                operation,
                k,
                isGain ? "gammaMissing" : ofGain ? "xhatMissing" : "operandMissing",
                values -> values.set(1 - k, values.get(1 - k).map(value -> 1)),
                isGain
                        ? "leaves its gain %s out of what it passes on".formatted(other.label())
                        : "passes the gradient on to %s without the factor %s".formatted(own.label(), other.label())));
        rules.add(edited(
                operation,
                k,
                isGain ? "gammaTwice" : "operandTwice",
                values -> values.set(1 - k, values.get(1 - k).map(value -> value * value)),
                "multiplies what it passes on to %s by %s twice".formatted(own.label(), other.label())));
    }

    private static void quotient(Operation operation, List<FaultyRule> rules) {
        Node above = operation.output().inputs().get(0);
        Node below = operation.output().inputs().get(1);
        if (operation.inputs().contains(above)) {
            rules.add(edited(
                    operation,
                    0,
                    "operandMissing",
                    values -> values.set(1, values.get(1).map(value -> 1)),
                    "does not divide what it passes on to %s by %s".formatted(above.label(), below.label())));
        }
        if (operation.inputs().contains(below)) {
            rules.add(edited(
                    operation,
                    1,
                    "operandMissing",
                    values -> values.set(0, values.get(0).map(value -> 1)),
                    "leaves the numerator out of the derivative by %s, which is -a / b^2".formatted(below.label())));
            rules.add(new FaultyRule(
                    "squareMissing",
                    (point, d) -> {
                        Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                        double[] b = FaultyRule.values(point, below);
                        passed.computeIfPresent(
                                below, (node, right) -> times(right, b)); // b stands before the sum over a's
                        return passed;
                    },
                    "divides by b where it is b^2 in the derivative by %s, -a / b^2".formatted(below.label())));
        }
    }

    private static double[] times(double[] a, double[] b) {
        double[] product = new double[a.length];
        Arrays.setAll(product, i -> a[i] * b[i]);
        return product;
    }

    private static FaultyRule swapped(Operation operation) {
        Node first = operation.output().inputs().get(0);
        Node second = operation.output().inputs().get(1);
        return new FaultyRule(
                "operandsSwapped",
                (point, d) -> {
                    Map<Node, double[]> right = Replay.passedOn(operation, point, d);
                    return Map.of(
                            first, right.getOrDefault(second, new double[d.length]),
                            second, right.getOrDefault(first, new double[d.length]));
                },
                "exchanges the gradients of its two operands");
    }

    /** What changes values before a rule is applied to them. */
    @FunctionalInterface
    interface Edit {
        void of(List<Tensor> values);
    }

    /** The primitive's own rule for its k-th operand with other values of its operands. */
    static FaultyRule edited(Operation operation, int k, String name, Edit edit, String words) {
        Node y = operation.output();
        return new FaultyRule(
                name,
                (point, d) -> {
                    List<Tensor> values = new ArrayList<>();
                    y.inputs().forEach(input -> values.add(point.value(input)));
                    edit.of(values);
                    double[][] into = new double[values.size()][];
                    into[k] = new double[y.inputs().get(k).shape().size()];
                    y.op().pullBack(values, Tensor.of(y.shape(), y.op().value(values, y.shape())), d, into);
                    Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                    passed.put(y.inputs().get(k), into[k]);
                    return passed;
                },
                words);
    }

    /** Whether a value is {@code c / sqrt(...)}, or {@code c} times the inverse. */
    private static boolean isNormalised(Node node) {
        if (!(node.op() instanceof Binary binary)) {
            return false;
        }
        Node factor = bare(node.inputs().get(1));
        boolean isInverse = factor.op() instanceof Binary inverse && inverse.function() == BinaryFunction.DIVIDE;
        return binary.function() == BinaryFunction.DIVIDE && isRoot(factor)
                || binary.function() == BinaryFunction.MULTIPLY
                        && isInverse
                        && isRoot(bare(factor.inputs().get(1)));
    }

    private static boolean isRoot(Node node) {
        return node.op() instanceof Unary unary && unary.function() == UnaryFunction.SQRT;
    }

    private static Node bare(Node node) {
        Node bare = node;
        while (bare.op() instanceof Reshape || bare.op() instanceof Broadcast) {
            bare = bare.inputs().get(0);
        }
        return bare;
    }
}
