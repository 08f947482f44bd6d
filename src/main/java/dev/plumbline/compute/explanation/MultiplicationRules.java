package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Wrong rules for {@code a b} and {@code a / b}, element by element: the other operand left out, there twice, or taken for
 * one's own. Where a is normalised and b the gain, they have names of their own.
 */
final class MultiplicationRules {

    private MultiplicationRules() {}

    static List<FaultyRule> of(Operation operation, Objective objective) {
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
                    product(operation, k, objective, rules);
                }
            }
            if (y.inputs().get(0).shape().equals(y.inputs().get(1).shape())
                    && operation.inputs().size() == 2) {
                rules.add(swapped(operation));
            }
        } else if (binary.function() == BinaryFunction.DIVIDE) {
            quotient(operation, objective, rules);
        }
        return rules;
    }

    private static void product(Operation operation, int k, Objective objective, List<FaultyRule> rules) {
        Node own = operation.output().inputs().get(k);
        Node other = operation.output().inputs().get(1 - k);
        boolean isGain = ValueWords.isNormalised(own);
        boolean ofGain = ValueWords.isNormalised(other);
        if (!isGain && !ofGain && ValueWords.isInner(own, operation) && ValueWords.isInner(other, operation)) {
            return; // neither factor has a name
        }
        rules.add(edited(
                operation,
                k,
                isGain ? "gammaMissing" : ofGain ? "xhatMissing" : "operandMissing",
                values -> values.set(1 - k, values.get(1 - k).map(value -> 1)),
                isGain
                        ? "leaves its gain %s out of what it passes on".formatted(ValueWords.of(other, operation))
                        : ofGain
                                ? "leaves its normalised input out of the derivative by its gain %s"
                                        .formatted(ValueWords.of(own, operation))
                                : "passes the gradient on to %s without the factor %s"
                                        .formatted(ValueWords.of(own, operation), ValueWords.of(other, operation))));
        if (ofGain) {
            ofGain(operation, k, objective, rules);
        }
        rules.add(edited(
                operation,
                k,
                isGain ? "gammaTwice" : "operandTwice",
                values -> values.set(1 - k, values.get(1 - k).map(value -> value * value)),
                "multiplies what it passes on to %s by %s twice"
                        .formatted(ValueWords.of(own, operation), ValueWords.of(other, operation))));
    }

    /** The derivative by a gain takes what is normalised; beside it lie the result, and what that was before. */
    private static void ofGain(Operation operation, int k, Objective objective, List<FaultyRule> rules) {
        Node y = operation.output();
        Node normalised = y.inputs().get(1 - k);
        Node shifted = objective.consumers(y).stream()
                .filter(reader -> reader.origin() == y.origin()
                        && reader.op() instanceof Binary sum
                        && sum.function() == BinaryFunction.ADD)
                .findFirst()
                .orElse(y);
        Node centred = normalised.inputs().get(0);
        boolean isCentred =
                centred.op() instanceof Binary difference && difference.function() == BinaryFunction.SUBTRACT;
        Node x = isCentred ? centred.inputs().get(0) : centred;
        taking(operation, k, "gammaAtOutput", shifted, "output", rules);
        taking(operation, k, "gammaAtInput", x, "input", rules);
    }

    private static void taking(
            Operation operation, int k, String name, Node instead, String words, List<FaultyRule> rules) {
        Node y = operation.output();
        Node gain = y.inputs().get(k);
        if (instead.shape().equals(y.inputs().get(1 - k).shape())) {
            rules.add(new FaultyRule(
                    name,
                    (point, d) -> edited(operation, k, name, values -> values.set(1 - k, point.value(instead)), words)
                            .rule()
                            .pullBack(point, d),
                    "takes its %s where its normalised input belongs in the derivative by its gain %s"
                            .formatted(words, ValueWords.of(gain, operation))));
        }
    }

    private static void quotient(Operation operation, Objective objective, List<FaultyRule> rules) {
        Node above = operation.output().inputs().get(0);
        Node below = operation.output().inputs().get(1);
        if (operation.inputs().contains(above)) {
            rules.add(edited(
                    operation,
                    0,
                    "operandMissing",
                    values -> values.set(1, values.get(1).map(value -> 1)),
                    ValueWords.isInner(above, operation)
                            ? "does not divide what it passes on by %s, as the forward pass does"
                                    .formatted(divisor(below, operation, objective))
                            : "does not divide what it passes on to %s by %s"
                                    .formatted(above.label(), divisor(below, operation, objective))));
        }
        if (operation.inputs().contains(below)) {
            rules.add(edited(
                    operation,
                    1,
                    "operandMissing",
                    values -> values.set(0, values.get(0).map(value -> 1)),
                    "leaves the numerator out of the derivative by %s, which is -a / b^2"
                            .formatted(ValueWords.of(below, operation))));
            rules.add(new FaultyRule(
                    "squareMissing",
                    (point, d) -> {
                        Map<Node, double[]> passed = new HashMap<>(Replay.passedOn(operation, point, d));
                        double[] b = FaultyRule.values(point, below);
                        passed.computeIfPresent(
                                below, (node, right) -> times(right, b)); // b stands before the sum over a's
                        return passed;
                    },
                    "divides by b where it is b^2 in the derivative by %s, -a / b^2"
                            .formatted(ValueWords.of(below, operation))));
        }
    }

    private static String divisor(Node below, Operation operation, Objective objective) {
        return ValueWords.isInner(below, operation) && below.shape().size() == 1
                ? String.format(
                        Locale.ROOT, "%.6g", objective.base().value(below).item())
                : ValueWords.of(below, operation);
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
}
