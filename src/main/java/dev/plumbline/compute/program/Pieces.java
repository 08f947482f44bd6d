package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reverse passes over one smooth piece of an objective that bends at its point, or over a mixture of pieces: at each edge
 * the candidates that tie get weights, 1 for one of them or shares of 1. Everywhere else the operations' own rules hold.
 */
public final class Pieces {

    private Pieces() {}

    /** The gradient by parameter where the edges' candidates are weighted so, at the point itself. */
    public static Map<String, Tensor> gradient(
            Objective objective, Map<Node, List<Edge>> edges, Function<Edge, double[]> weights) {
        Tensor[] values = new Tensor[objective.output().id() + 1];
        for (Node node : objective.program().nodes().subList(0, values.length)) {
            values[node.id()] = objective.base().value(node);
        }
        return gradient(objective, values, edges, weights);
    }

    static Map<String, Tensor> gradient(
            Objective objective,
            Tensor[] values,
            Map<Node, List<Edge>> edges,
            Function<Edge, double[]> weights) {
        Program program = objective.program();
        double[][] cotangents = new double[values.length][];
        cotangents[objective.output().id()] = new double[] {1};
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
