package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes of the terms that a reverse pass adds up to each entry of a parameter's gradient: {@code |x|' |dz|} for the
 * weight of a dense layer.
 *
 * <p>It is the last sum that counts, before the parameter. Where the parameter is only moved on its way there (a weight
 * stored transposed, the slices of a stacked one), that sum lies further up, and the sizes are carried down from it.
 */
final class Magnitudes {

    private final Program program;
    private final Tensor[] values;
    private final double[][] cotangents;
    private final Node output;

    private final boolean[] carriers; // (node)

    Magnitudes(Program program, Tensor[] values, double[][] cotangents, Node output) {
        this.program = program;
        this.values = values;
        this.cotangents = cotangents;
        this.output = output;
        this.carriers = carriers(program);
    }

    /** By node, whether it is a parameter, or elements of parameters, moved. */
    static boolean[] carriers(Program program) {
        boolean[] found = new boolean[program.nodes().size()];
        for (Node node : program.nodes()) {
            found[node.id()] = program.isDifferentiable(node)
                    && (node.op() instanceof Input || node.op().isMove())
                    && node.inputs().stream().allMatch(input -> found[input.id()] || !program.isDifferentiable(input));
        }
        return found;
    }

    /** The sizes of one parameter's terms. */
    Tensor by(Node parameter) {
        boolean[] carrying = carrying(parameter);
        double[][] sizes = new double[values.length][];
        for (Node node : program.nodes()) {
            if (carrying[node.id()]) {
                sizes[node.id()] = new double[node.shape().size()];
            }
        }
        if (carrying[output.id()]) {
            sizes[output.id()] = absolute(cotangents[output.id()]);
        }
        for (int id = output.id(); id >= parameter.id(); id--) {
            Node node = program.nodes().get(id);
            if (cotangents[id] != null && node.inputs().stream().anyMatch(input -> carrying[input.id()])) {
                pullBack(node, carrying[id] ? sizes[id] : absolute(cotangents[id]), carrying, sizes);
            }
        }
        return Tensor.of(parameter.shape(), sizes[parameter.id()]);
    }

    /** The carriers of one parameter's elements: itself, and what they are moved to. */
    private boolean[] carrying(Node parameter) {
        boolean[] found = new boolean[values.length];
        found[parameter.id()] = carriers[parameter.id()];
        for (Node node : program.nodes()) {
            found[node.id()] |= carriers[node.id()] && node.inputs().stream().anyMatch(input -> found[input.id()]);
        }
        return found;
    }

    private void pullBack(Node node, double[] arriving, boolean[] carrying, double[][] sizes) {
        List<Tensor> inputs = new ArrayList<>();
        double[][] terms = new double[node.inputs().size()][];
        for (int k = 0; k < terms.length; k++) {
            Node input = node.inputs().get(k);
            inputs.add(values[input.id()]);
            if (carrying[input.id()]) {
                terms[k] = new double[input.shape().size()];
            }
        }
        node.op().pullBackSizes(inputs, values[node.id()], arriving, terms);
        for (int k = 0; k < terms.length; k++) {
            Node input = node.inputs().get(k);
            for (int i = 0; carrying[input.id()] && i < terms[k].length; i++) {
                sizes[input.id()][i] += Math.abs(terms[k][i]);
            }
        }
    }

    /** How many terms one entry of a parameter's gradient is the sum of, roughly: by the dearest operation that reads it. */
    Map<String, Double> terms() {
        double[] dearest = new double[values.length]; // (node): that reads it, perhaps moved
        for (int id = values.length - 1; id >= 0; id--) {
            Node node = program.nodes().get(id);
            if (node.inputs().stream().anyMatch(input -> carriers[input.id()])) {
                double own = node.op().cost(Program.shapes(node), node.shape());
                double behind = carriers[id] ? Math.max(own, dearest[id]) : own;
                node.inputs().forEach(input -> dearest[input.id()] = Math.max(dearest[input.id()], behind));
            }
        }
        Map<String, Double> terms = new LinkedHashMap<>();
        program.parameters()
                .forEach((name, node) -> terms.put(
                        name,
                        Math.max(
                                1, dearest[node.id()] / Math.max(1, node.shape().size()))));
        return terms;
    }

    private static double[] absolute(double[] values) {
        return Arrays.stream(values).map(Math::abs).toArray();
    }
}
