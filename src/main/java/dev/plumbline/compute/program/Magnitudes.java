package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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
    private final Map<Node, List<Node>> readers = new HashMap<>();

    Magnitudes(Program program, Tensor[] values, double[][] cotangents, Node output) {
        this.program = program;
        this.values = values;
        this.cotangents = cotangents;
        this.output = output;
        this.carriers = carriers(program);
        for (Node node : program.nodes()) {
            node.inputs().forEach(input -> readers.computeIfAbsent(input, any -> new ArrayList<>())
                    .add(node));
        }
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
        Map<Integer, double[]> sizes = new HashMap<>(); // of its carriers, by id
        TreeSet<Integer> reading = new TreeSet<>(); // by id, who reads one of them
        carry(parameter, sizes, reading);
        if (sizes.containsKey(output.id())) {
            sizes.put(output.id(), absolute(cotangents[output.id()]));
        }
        for (int id : reading.headSet(output.id(), true).descendingSet()) {
            if (cotangents[id] != null) {
                double[] arriving = sizes.get(id);
                pullBack(program.nodes().get(id), arriving == null ? absolute(cotangents[id]) : arriving, sizes);
            }
        }
        return Tensor.of(
                parameter.shape(),
                sizes.getOrDefault(parameter.id(), new double[parameter.shape().size()]));
    }

    /** A carrier, and what its elements are moved to. */
    private void carry(Node node, Map<Integer, double[]> sizes, Set<Integer> reading) {
        Deque<Node> open = new ArrayDeque<>(List.of(node));
        while (!open.isEmpty()) {
            Node next = open.pop();
            if (carriers[next.id()] && !sizes.containsKey(next.id())) {
                sizes.put(next.id(), new double[next.shape().size()]);
                List<Node> readers = this.readers.getOrDefault(next, List.of());
                readers.forEach(reader -> reading.add(reader.id()));
                open.addAll(readers);
            }
        }
    }

    private void pullBack(Node node, double[] arriving, Map<Integer, double[]> sizes) {
        List<Tensor> inputs = new ArrayList<>();
        double[][] terms = new double[node.inputs().size()][];
        for (int k = 0; k < terms.length; k++) {
            Node input = node.inputs().get(k);
            inputs.add(values[input.id()]);
            if (sizes.containsKey(input.id())) {
                terms[k] = new double[input.shape().size()];
            }
        }
        node.op().pullBackSizes(inputs, values[node.id()], arriving, terms);
        for (int k = 0; k < terms.length; k++) {
            double[] size = sizes.get(node.inputs().get(k).id());
            for (int i = 0; size != null && i < size.length; i++) {
                size[i] += Math.abs(terms[k][i]);
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
