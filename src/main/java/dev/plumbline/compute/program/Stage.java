package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * An affine value z and the activation {@code f(z)} behind it: one primitive, or what is composed element by element from
 * z and constants alone, such as gelu.
 *
 * @param between the nodes from z, exclusive, to the activation, inclusive; empty where there is none
 */
public record Stage(Node affine, Node activation, List<Node> between) {

    private static final Set<UnaryFunction> ACTIVATIONS =
            Set.of(UnaryFunction.RELU, UnaryFunction.TANH, UnaryFunction.SIGMOID, UnaryFunction.SOFTPLUS);

    static Stage of(Node affine, Map<Node, List<Node>> consumers) {
        List<Node> readers = consumers.getOrDefault(affine, List.of());
        if (readers.size() == 1 && isPrimitive(readers.get(0))) {
            return new Stage(affine, readers.get(0), readers);
        }
        List<Node> region = region(affine, consumers);
        List<Node> exits = new ArrayList<>();
        for (Node node : region) {
            if (!region.containsAll(consumers.getOrDefault(node, List.of()))) {
                exits.add(node);
            }
        }
        boolean whole = region.containsAll(readers) && exits.size() == 1 && isCurved(region);
        return whole ? new Stage(affine, exits.get(0), region) : new Stage(affine, affine, List.of());
    }

    private static boolean isPrimitive(Node node) {
        return node.op() instanceof LeakyRelu
                || node.op() instanceof Unary unary && ACTIVATIONS.contains(unary.function());
    }

    /** Every node that is computed element by element from z and constants only. */
    private static List<Node> region(Node affine, Map<Node, List<Node>> consumers) {
        Set<Node> known = new HashSet<>(Set.of(affine));
        List<Node> region = new ArrayList<>();
        List<Node> waiting = new ArrayList<>(consumers.getOrDefault(affine, List.of()));
        while (!waiting.isEmpty()) {
            Node node = waiting.remove(0);
            if (!known.contains(node) && isElementwise(node, affine, known)) {
                known.add(node);
                region.add(node);
                waiting.addAll(consumers.getOrDefault(node, List.of()));
            }
        }
        region.sort((a, b) -> Integer.compare(a.id(), b.id()));
        return region;
    }

    private static boolean isElementwise(Node node, Node affine, Set<Node> known) {
        Op op = node.op();
        boolean kind = op instanceof Unary || op instanceof LeakyRelu || op instanceof Binary || op instanceof Select;
        return kind
                && node.shape().equals(affine.shape())
                && node.inputs().stream().allMatch(input -> input.isConstant() || known.contains(input));
    }

    /** A loss written as a square of z minus a constant is no activation. */
    private static boolean isCurved(List<Node> region) {
        return region.stream()
                .anyMatch(node -> isPrimitive(node)
                        || node.op() instanceof Select
                        || node.op() instanceof Unary unary && unary.function() == UnaryFunction.ERF
                        || node.op() instanceof Binary binary
                                && !binary.function().isSmooth());
    }

    /** {@code relu}, {@code leakyRelu}, {@code tanh}, {@code sigmoid}, {@code softplus}, {@code composed} or {@code none}. */
    public String function() {
        if (between.isEmpty()) {
            return "none";
        }
        if (between.size() > 1) {
            return "composed";
        }
        Op op = activation.op();
        return op instanceof Unary unary ? unary.function().name().toLowerCase(Locale.ROOT) : op.title();
    }

    /** {@code f'(z)} element by element, out of the primitives' own vector-Jacobian products; 1 without an activation. */
    public Tensor derivative(Evaluation point) {
        double[][] cotangents = new double[activation.id() - affine.id() + 1][];
        cotangents[activation.id() - affine.id()] =
                new double[activation.shape().size()];
        Arrays.fill(cotangents[activation.id() - affine.id()], 1);
        for (int i = between.size() - 1; i >= 0; i--) {
            Node node = between.get(i);
            double[] arriving = cotangents[node.id() - affine.id()];
            if (arriving != null) {
                pullBack(node, point, arriving, cotangents);
            }
        }
        double[] derivative = cotangents[0];
        return Tensor.of(
                affine.shape(), derivative == null ? new double[affine.shape().size()] : derivative);
    }

    private void pullBack(Node node, Evaluation point, double[] arriving, double[][] cotangents) {
        double[][] into = new double[node.inputs().size()][];
        for (int k = 0; k < into.length; k++) {
            Node input = node.inputs().get(k);
            if (input == affine || between.contains(input)) {
                int place = input.id() - affine.id();
                if (cotangents[place] == null) {
                    cotangents[place] = new double[input.shape().size()];
                }
                into[k] = cotangents[place];
            }
        }
        List<Tensor> inputs = node.inputs().stream().map(point::value).toList();
        node.op().pullBack(inputs, point.value(node), arriving, into);
    }
}
