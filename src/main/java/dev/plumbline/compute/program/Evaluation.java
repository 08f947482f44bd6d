package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of every node of a program at one point, and from there the reverse-mode gradient. */
public final class Evaluation {

    private final Program program;
    private final Tensor[] values;
    private final Rounding rounding;

    Evaluation(Program program, Tensor[] values, Rounding rounding) {
        this.program = program;
        this.values = values;
        this.rounding = rounding;
    }

    public Tensor value(Node node) {
        return values[node.id()];
    }

    /** The same program where some inputs have other values; only what depends on them is computed again. */
    public Evaluation with(Map<String, Tensor> changed) {
        return program.reevaluate(values, changed, rounding);
    }

    /** The outputs by name. */
    public Map<String, Tensor> outputs() {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        program.outputs().forEach((name, node) -> outputs.put(name, value(node)));
        return outputs;
    }

    /** One reverse pass from {@code output}, of any shape, with cotangent 1 for each of its elements. */
    public Gradient gradient(Node output) {
        return gradient(output, Tensor.filled(output.shape(), 1));
    }

    /** One reverse pass from {@code output}: the vector-Jacobian product for {@code cotangent}. */
    public Gradient gradient(Node output, Tensor cotangent) {
        double[][] cotangents = new double[values.length][];
        cotangents[output.id()] = cotangent.values().clone();
        for (int id = output.id(); id >= 0; id--) {
            Node node = program.nodes().get(id);
            double[] arriving = cotangents[id];
            if (arriving != null
                    && program.isDifferentiable(node)
                    && !node.inputs().isEmpty()) {
                Tensor rounded = rounding.apply(Tensor.of(node.shape(), arriving), node);
                cotangents[id] = rounded.values();
                node.op().pullBack(inputs(node), values[id], rounded.values(), targets(node, cotangents));
            }
        }
        return new Gradient(cotangents);
    }

    private List<Tensor> inputs(Node node) {
        List<Tensor> inputs = new ArrayList<>(node.inputs().size());
        for (Node input : node.inputs()) {
            inputs.add(values[input.id()]);
        }
        return inputs;
    }

    private double[] @Nullable [] targets(Node node, double[][] cotangents) {
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

    /** The derivatives of one output by every node that depends on a parameter. */
    public final class Gradient {

        private final double[][] cotangents;

        private Gradient(double[][] cotangents) {
            this.cotangents = cotangents;
        }

        /** The derivative by a node's value, in its shape; zeros where the output does not depend on it. */
        public Tensor by(Node node) {
            double[] cotangent = cotangents[node.id()];
            return cotangent == null ? Tensor.zeros(node.shape()) : Tensor.of(node.shape(), cotangent);
        }

        /** The derivatives by the parameters, by name. */
        public Map<String, Tensor> byParameter() {
            Map<String, Tensor> gradient = new LinkedHashMap<>();
            program.parameters().forEach((name, node) -> gradient.put(name, by(node)));
            return gradient;
        }

        /**
         * For each entry of each parameter the size of the terms that were added up to it: the last contraction with
         * absolute values, {@code |x|' |dz|} for a weight. Times a unit roundoff it is what rounding alone does there.
         */
        public Map<String, Tensor> magnitudes() {
            Map<Node, double[]> sums = new LinkedHashMap<>();
            program.parameters()
                    .values()
                    .forEach(node -> sums.put(node, new double[node.shape().size()]));
            for (Node node : program.nodes()) {
                if (cotangents[node.id()] != null && node.inputs().stream().anyMatch(sums::containsKey)) {
                    addMagnitudes(node, sums);
                }
            }
            Map<String, Tensor> magnitudes = new LinkedHashMap<>();
            program.parameters()
                    .forEach((name, node) ->
                            magnitudes.put(name, Tensor.of(node.shape(), sums.getOrDefault(node, new double[0]))));
            return magnitudes;
        }

        /** By parameter, how many terms are added up to one entry of its gradient, roughly. */
        public Map<String, Double> terms() {
            Map<String, Double> terms = new LinkedHashMap<>();
            program.parameters().forEach((name, parameter) -> {
                double most = 1;
                for (Node node : program.nodes()) {
                    if (node.inputs().contains(parameter)) {
                        double cost = node.op().cost(Program.shapes(node), node.shape());
                        most = Math.max(
                                most, cost / Math.max(1, parameter.shape().size()));
                    }
                }
                terms.put(name, most);
            });
            return terms;
        }

        private void addMagnitudes(Node node, Map<Node, double[]> sums) {
            double[][] targets = new double[node.inputs().size()][];
            for (int k = 0; k < targets.length; k++) {
                if (sums.containsKey(node.inputs().get(k))) {
                    targets[k] = new double[node.inputs().get(k).shape().size()];
                }
            }
            // A product's sensitivity is its other factor, which must count by size; a curve's is its slope here.
            boolean curve = node.op() instanceof Unary || node.op() instanceof LeakyRelu;
            List<Tensor> inputs = curve
                    ? inputs(node)
                    : inputs(node).stream().map(x -> x.map(Math::abs)).toList();
            double[] cotangent = absolute(cotangents[node.id()]);
            node.op()
                    .pullBack(inputs, curve ? values[node.id()] : values[node.id()].map(Math::abs), cotangent, targets);
            for (int k = 0; k < targets.length; k++) {
                double[] sum = sums.get(node.inputs().get(k));
                for (int i = 0; targets[k] != null && sum != null && i < sum.length; i++) {
                    sum[i] += Math.abs(targets[k][i]);
                }
            }
        }

        private double[] absolute(double[] values) {
            return Arrays.stream(values).map(Math::abs).toArray();
        }
    }
}
