package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reverse passes over one smooth piece of an objective that bends at its point, or over a mixture of pieces: at each edge
 * the candidates that tie get weights, 1 for one of them or shares of 1. Everywhere else the operations' own rules hold.
 */
public final class Pieces {

    private Pieces() {}

    /** The gradient by parameter under a convention, at the point itself. */
    public static Map<String, Tensor> gradient(Objective objective, List<Edge> edges, Convention convention) {
        return gradient(
                objective, points(objective), bends(edges), edge -> convention.weights(objective.program(), edge));
    }

    /** The edges where an operation bends, by node. */
    static Map<Node, List<Edge>> bends(List<Edge> edges) {
        Map<Node, List<Edge>> bends = new HashMap<>();
        for (Edge edge : edges) {
            if (edge.kind() == Edge.Kind.BEND) {
                bends.computeIfAbsent(edge.node(), node -> new ArrayList<>()).add(edge);
            }
        }
        return bends;
    }

    /**
     * Which entries of the parameters what sits on the edges depends on: the gradient of a randomly weighted sum of all
     * that is compared there, at the point, and where that is 0 at one beside it, since {@code w^2} at 0 depends on w as
     * well. An entry that is 0 in both does not reach them.
     */
    public static Map<String, Tensor> reach(Objective objective, Collection<Edge> edges, long seed) {
        Map<String, Tensor> here = sensitivity(objective, edges, seed);
        if (edges.isEmpty()) {
            return here;
        }
        Map<String, Tensor> beside = sensitivity(beside(objective, seed), edges, seed);
        here.replaceAll((name, sizes) -> {
            double[] either = sizes.values().clone();
            for (int i = 0; i < either.length; i++) {
                either[i] = either[i] == 0 ? beside.get(name).at(i) : either[i];
            }
            return Tensor.of(sizes.shape(), either);
        });
        return here;
    }

    private static Objective beside(Objective objective, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> point = new HashMap<>(objective.point());
        objective
                .program()
                .parameters()
                .keySet()
                .forEach(name -> point.put(
                        name,
                        objective
                                .parameter(name)
                                .map(x -> x + 1e-3 * random.nextDouble(1, 2) * (x == 0 ? 1 : Math.abs(x)))));
        return new Objective(objective.program(), objective.output(), point);
    }

    private static Map<String, Tensor> sensitivity(Objective objective, Collection<Edge> edges, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] cotangents = new double[objective.output().id() + 1][];
        for (Edge edge : edges) {
            for (Candidate candidate : edge.candidates()) {
                Node input = edge.node().inputs().get(candidate.input());
                if (cotangents[input.id()] == null) {
                    cotangents[input.id()] = new double[input.shape().size()];
                }
                cotangents[input.id()][candidate.position()] += random.nextDouble(1, 2);
            }
        }
        return reverse(objective, points(objective), cotangents, Map.of(), edge -> new double[0]);
    }

    private static Tensor[] points(Objective objective) {
        Tensor[] values = new Tensor[objective.output().id() + 1];
        for (Node node : objective.program().nodes().subList(0, values.length)) {
            values[node.id()] = objective.base().value(node);
        }
        return values;
    }

    static Map<String, Tensor> gradient(
            Objective objective, Tensor[] values, Map<Node, List<Edge>> edges, Function<Edge, double[]> weights) {
        double[][] cotangents = new double[values.length][];
        cotangents[objective.output().id()] = new double[] {1};
        return reverse(objective, values, cotangents, edges, weights);
    }

    private static Map<String, Tensor> reverse(
            Objective objective,
            Tensor[] values,
            double[][] cotangents,
            Map<Node, List<Edge>> edges,
            Function<Edge, double[]> weights) {
        Program program = objective.program();
        for (int id = values.length - 1; id >= 0; id--) {
            Node node = program.nodes().get(id);
            double[] arriving = cotangents[id];
            if (arriving == null || node.inputs().isEmpty() || !program.isDifferentiable(node)) {
                continue;
            }
            List<Tensor> inputs = new ArrayList<>();
            for (Node input : node.inputs()) {
                inputs.add(values[input.id()]);
            }
            double[][] targets = targets(program, node, cotangents);
            List<Edge> own = edges.getOrDefault(node, List.of());
            double[] elsewhere = own.isEmpty() ? arriving : arriving.clone();
            for (Edge edge : own) {
                elsewhere[edge.element()] = 0;
                scatter(edge, weights.apply(edge), arriving[edge.element()], targets);
            }
            node.op().pullBack(inputs, values[id], elsewhere, targets);
        }
        Map<String, Tensor> gradient = new LinkedHashMap<>();
        program.parameters().forEach((name, node) -> {
            double[] cotangent = node.id() < cotangents.length ? cotangents[node.id()] : null;
            gradient.put(name, cotangent == null ? Tensor.zeros(node.shape()) : Tensor.of(node.shape(), cotangent));
        });
        return gradient;
    }

    private static double[] @Nullable [] targets(Program program, Node node, double[][] cotangents) {
        double[][] targets = new double[node.inputs().size()][];
        for (int k = 0; k < targets.length; k++) {
            Node input = node.inputs().get(k);
            if (program.isDifferentiable(input)) {
                if (cotangents[input.id()] == null) {
                    cotangents[input.id()] = new double[input.shape().size()];
                }
                targets[k] = cotangents[input.id()];
            }
        }
        return targets;
    }

    private static void scatter(Edge edge, double[] weights, double arriving, double[] @Nullable [] targets) {
        for (int c = 0; c < weights.length; c++) {
            Candidate candidate = edge.candidates().get(c);
            double[] target = targets[candidate.input()];
            double share = weights[c] * candidate.factor();
            if (target != null && share != 0 && arriving != 0) {
                target[candidate.position()] += share * arriving;
            }
        }
    }
}
