package dev.plumbline.compute.explanation;

import dev.plumbline.compute.program.Binary;
import dev.plumbline.compute.program.BinaryFunction;
import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Fragment;
import dev.plumbline.compute.program.LeakyRelu;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.Operation;
import dev.plumbline.compute.program.ReversePass;
import dev.plumbline.compute.program.Unary;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Wrong derivatives of a function of one number: left out, twice, of the wrong value, of a relative. */
final class ActivationRules {

    /** A relative's derivative, by the input x and the result y. */
    private record Relative(String name, DerivativeOf derivative) {}

    @FunctionalInterface
    private interface DerivativeOf {
        double at(double x, double y);
    }

    private static final List<Relative> RELATIVES = List.of(
            new Relative("the sigmoid", (x, y) -> y * (1 - y)),
            new Relative("the sigmoid", (x, y) -> sigmoid(x) * (1 - sigmoid(x))),
            new Relative("the hyperbolic tangent", (x, y) -> 1 - y * y),
            new Relative("the hyperbolic tangent", (x, y) -> 1 - Math.tanh(x) * Math.tanh(x)),
            new Relative("relu", (x, y) -> x > 0 ? 1 : 0),
            new Relative("leaky relu with slope 0.01", (x, y) -> x > 0 ? 1 : 0.01),
            new Relative("leaky relu with slope 0.1", (x, y) -> x > 0 ? 1 : 0.1),
            new Relative("leaky relu with slope 0.2", (x, y) -> x > 0 ? 1 : 0.2),
            new Relative("the absolute value", (x, y) -> Math.signum(x)),
            new Relative("elu", (x, y) -> x > 0 ? 1 : Math.exp(x)),
            new Relative("selu", (x, y) -> 1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * Math.exp(x))),
            new Relative("softplus", (x, y) -> sigmoid(x)),
            new Relative("silu", (x, y) -> sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
            new Relative("gelu", (x, y) -> normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)),
            new Relative("gelu by its tanh approximation", (x, y) -> geluTanh(x)),
            new Relative("gelu by its sigmoid approximation", (x, y) -> geluSigmoid(x)),
            new Relative("the hard tangent", (x, y) -> Math.abs(x) < 1 ? 1 : 0),
            new Relative("relu6", (x, y) -> x > 0 && x < 6 ? 1 : 0),
            new Relative("the hard sigmoid", (x, y) -> Math.abs(x) < 3 ? 1.0 / 6 : 0));

    private ActivationRules() {}

    static List<FaultyRule> of(Operation operation) {
        List<FaultyRule> rules = new ArrayList<>();
        if (operation.inputs().size() != 1
                || !operation.inputs().get(0).shape().equals(operation.output().shape())) {
            return rules;
        }
        Node x = operation.inputs().get(0);
        Node y = operation.output();
        rules.add(new FaultyRule(
                "derivativeMissing",
                FaultyRule.elementwise(operation, (right, d) -> d),
                "passes the gradient on unchanged, as if its derivative were 1"));
        rules.add(new FaultyRule(
                "derivativeTwice",
                (point, d) -> Replay.passedOn(
                        operation, point, Replay.passedOn(operation, point, d).getOrDefault(x, d)),
                "multiplies by its derivative twice"));
        rules.add(new FaultyRule(
                "cotangentIgnored",
                (point, d) -> {
                    if (Arrays.stream(d).allMatch(each -> each == d[0])) {
                        return Replay.passedOn(operation, point, d); // the mean's 1 / n: a factor, and called so
                    }
                    double[] ones = new double[d.length];
                    Arrays.fill(ones, 1);
                    return Replay.passedOn(operation, point, ones);
                },
                "passes its own derivative on without the gradient that arrives"));
        if (operation.nodes().size() == 1 && (y.op() instanceof Unary || y.op() instanceof LeakyRelu)) {
            rules.add(new FaultyRule(
                    "derivativeAtOutput",
                    (point, d) -> Map.of(x, at(y, point.value(y), value(y, point), d)),
                    "takes its derivative at its output where its input belongs"));
            rules.add(new FaultyRule(
                    "derivativeAtInput",
                    (point, d) -> Map.of(x, at(y, point.value(x), point.value(x), d)),
                    "feeds its input to the formula of the derivative that takes the output"));
        } else if (operation.nodes().size() > 1) {
            rules.add(new FaultyRule(
                    "derivativeAtOutput",
                    (point, d) -> Map.of(x, atOutput(operation, point, d)),
                    "takes its derivative at its output where its input belongs"));
        }
        rules.add(by(
                operation, "derivativeIsOutput", (u, v) -> v, "multiplies by its output where its derivative belongs"));
        rules.add(by(
                operation, "derivativeIsInput", (u, v) -> u, "multiplies by its input where its derivative belongs"));
        rules.add(new FaultyRule(
                "guided",
                FaultyRule.elementwise(operation, (right, d) -> d > 0 ? right : 0),
                "lets only positive gradients through, as guided back-propagation does for pictures"));
        rules.add(new FaultyRule(
                "guided",
                FaultyRule.elementwise(operation, (right, d) -> Math.max(d, 0)),
                "passes positive gradients on, whatever its input was, as a deconvolution network does for pictures"));
        if (y.op() instanceof Unary unary
                && (unary.function() == UnaryFunction.TANH || unary.function() == UnaryFunction.SIGMOID)) {
            rules.add(by(
                    operation,
                    "squareMissing",
                    (u, v) -> 1 - v,
                    "multiplies by 1 - y, its output y, where 1 - y^2 or y (1 - y) belongs"));
        }
        rules.addAll(terms(operation));
        rules.add(by(
                operation,
                "maskInverted",
                (u, v) -> u > 0 ? 0 : 1,
                "lets through what it should stop, and the other way round"));
        for (Relative relative : RELATIVES) {
            rules.add(by(
                    operation,
                    "derivativeOfVariant",
                    relative.derivative(),
                    "uses the derivative of " + relative.name()));
        }
        return rules;
    }

    /** A product of two functions of x, as {@code x Phi(x)} in a gelu, has two terms in its derivative: one is left out. */
    private static List<FaultyRule> terms(Operation operation) {
        return operation.nodes().stream()
                .filter(node -> isProduct(node, operation))
                .max(Comparator.comparingInt(Node::id))
                .map(product -> product.inputs().stream()
                        .map(factor -> new FaultyRule(
                                "termMissing",
                                withoutTerm(operation, product, factor),
                                "leaves out one of the two terms of its derivative, that by the factor %s of a product"
                                        .formatted(factor.label())))
                        .toList())
                .orElse(List.of());
    }

    private static boolean isProduct(Node node, Operation operation) {
        return operation.nodes().size() > 1
                && node.op() instanceof Binary binary
                && binary.function() == BinaryFunction.MULTIPLY
                && node.inputs().get(0) != node.inputs().get(1)
                && node.inputs().stream()
                        .allMatch(input -> operation.inputs().contains(input)
                                || operation.nodes().contains(input));
    }

    private static ReversePass.Rule withoutTerm(Operation operation, Node product, Node factor) {
        return (point, d) -> ReversePass.over(point)
                .within(operation.nodes())
                .replacing(Map.of(product, (at, arriving) -> {
                    Map<Node, double[]> passed = new HashMap<>(ReversePass.over(at)
                            .within(Set.of(product))
                            .from(Map.of(product, arriving))
                            .at(product.inputs()));
                    passed.remove(factor);
                    return passed;
                }))
                .from(Map.of(operation.output(), d))
                .at(operation.inputs());
    }

    private static FaultyRule by(Operation operation, String name, DerivativeOf derivative, String words) {
        Node x = operation.inputs().get(0);
        ReversePass.Rule rule = (point, d) -> {
            double[] in = FaultyRule.values(point, x);
            double[] out = FaultyRule.values(point, operation.output());
            double[] passed = new double[d.length];
            Arrays.setAll(passed, i -> d[i] * derivative.at(in[i], out[i]));
            return Map.of(x, passed);
        };
        return new FaultyRule(name, rule, words);
    }

    private static Tensor value(Node y, Evaluation point) {
        Tensor at = point.value(y);
        return Tensor.of(at.shape(), y.op().value(List.of(at), at.shape()));
    }

    /** The primitive's own rule with other values in place of its input and its output. */
    private static double[] at(Node node, Tensor input, Tensor output, double[] cotangent) {
        double[][] into = {new double[cotangent.length]};
        node.op().pullBack(List.of(input), output, cotangent, into);
        return into[0];
    }

    /** The operation's own rule where its input is what was its output. */
    private static double[] atOutput(Operation operation, Evaluation point, double[] d) {
        Node x = operation.inputs().get(0);
        Node y = operation.output();
        Set<Node> nodes = new TreeSet<>(Comparator.comparingInt(Node::id));
        nodes.addAll(operation.nodes());
        Map<Node, Tensor> values = new LinkedHashMap<>();
        nodes.stream()
                .flatMap(node -> node.inputs().stream())
                .filter(input -> !nodes.contains(input) && !input.isConstant())
                .forEach(input -> values.put(input, point.value(input)));
        values.put(x, point.value(y));
        return new Fragment(List.of(y.origin()), nodes, List.copyOf(values.keySet()), List.of(y))
                .at(Set.of(x), values, Map.of(y, Tensor.of(y.shape(), d)))
                .gradient()
                .byParameter()
                .getOrDefault(Fragment.input(x), Tensor.zeros(x.shape()))
                .values();
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double normal(double x) {
        return org.apache.commons.math3.special.Erf.erfc(-x / Math.sqrt(2)) / 2;
    }

    private static double geluTanh(double x) {
        double slope = Math.sqrt(2 / Math.PI);
        double t = Math.tanh(slope * (x + 0.044715 * x * x * x));
        return (1 + t) / 2 + x * (1 - t * t) * slope * (1 + 3 * 0.044715 * x * x) / 2;
    }

    private static double geluSigmoid(double x) {
        double s = sigmoid(1.702 * x);
        return s + 1.702 * x * s * (1 - s);
    }
}
