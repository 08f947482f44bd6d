package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Operations cut out of a program, as a function of what they read:
 *
 * <pre>
 *   s(x, d) = sum_k {@code <d_k, y_k(x)>}
 * </pre>
 *
 * <p>Its derivative by x is the vector-Jacobian product of the cotangents d, that by d_k the value y_k: whatever judges
 * gradients judges a single operation, forward and backward.
 *
 * @param operations by their origins, in the order of the program; those that only rearrange a weight or a shape are left out
 * @param nodes in the order of the program
 * @param inputs what is read from outside, constants left out
 * @param results what others read
 */
public record Fragment(List<Origin> operations, Set<Node> nodes, List<Node> inputs, List<Node> results) {

    /** What the sum over all results is called. */
    public static final String SUM = "cotangents";

    public Fragment {
        operations = List.copyOf(operations);
        inputs = List.copyOf(inputs);
        results = List.copyOf(results);
    }

    /** What an input is called in {@link #at}. */
    public static String input(Node node) {
        return "x" + node.id();
    }

    /** What the cotangent of a result is called in {@link #at}. */
    public static String cotangent(Node node) {
        return "d" + node.id();
    }

    /**
     * {@code s} at a point, to be differentiated by the inputs and the cotangents.
     *
     * @param differentiable inputs by which it is; the others are data
     * @param values of the inputs
     * @param cotangents of the results
     */
    public Objective at(Set<Node> differentiable, Map<Node, Tensor> values, Map<Node, Tensor> cotangents) {
        ProgramBuilder b = new ProgramBuilder(Double.MAX_VALUE); // a part of what has been afforded already
        Map<String, Tensor> point = new HashMap<>();
        Map<Node, Node> given = new LinkedHashMap<>();
        for (Node node : inputs) {
            Input.Role role = differentiable.contains(node) ? Input.Role.PARAMETER : Input.Role.DATA;
            given.put(node, b.standIn(node, input(node), role));
            point.put(input(node), Objects.requireNonNull(values.get(node)));
        }
        Map<Node, Node> copies = new HashMap<>();
        for (Node node : nodes) {
            List<Node> reads = node.inputs().stream()
                    .map(read -> copied(node, read, given, copies, b))
                    .toList();
            copies.put(node, b.copy(node, reads));
        }
        b.at(SUM);
        Node sum = b.constant(0);
        for (Node result : results) {
            Node d = b.standIn(result, cotangent(result), Input.Role.PARAMETER);
            point.put(cotangent(result), Objects.requireNonNull(cotangents.get(result)));
            sum = b.add(sum, b.sum(b.multiply(Objects.requireNonNull(copies.get(result)), d)));
        }
        Program program = b.output(SUM, b.reshape(sum, Shape.SCALAR)).build();
        return new Objective(program, program.output(SUM), point);
    }

    private static Node copied(Node node, Node read, Map<Node, Node> given, Map<Node, Node> copies, ProgramBuilder b) {
        Node outside = given.get(read);
        Node inside = copies.get(read);
        if (outside != null && (inside == null || read.origin() != node.origin())) {
            return outside;
        }
        if (inside == null) {
            inside = b.copy(read, List.of()); // a constant
            copies.put(read, inside);
        }
        return inside;
    }
}
