package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Products with first and second derivatives, each as the gradient of an objective of its own:
 *
 * <pre>
 *   v'J   the gradient by x of   s(x) = sum_k {@code <v_k, y_k(x)>}
 *   J u   the gradient by c of   s(c) = sum_k {@code <c_k, J_k(x) u>}
 *   H u   the gradient by x of   s(x) = {@code <grad f(x), u>}
 * </pre>
 *
 * <p>So whatever judges gradients judges products: rounding in the claim's datatype, bends, double-double. The tangents are
 * those of {@link SymbolicTangent}.
 *
 * @param program with the functions as outputs
 * @param point every parameter and data tensor by name
 * @param base the evaluation at the point
 * @param mostElements the most numbers that a program made from it may hold
 * @param alteration a mistake in the rules that the products are to show, or none
 * @param afford sees each program made from it before it is evaluated, and refuses what is too dear
 */
public record Products(
        Program program,
        Map<String, Tensor> point,
        Evaluation base,
        double mostElements,
        Alteration alteration,
        Consumer<Program> afford) {

    private static final String SUM = "sum of products";

    /** The products at a point, by the rules as they are. */
    public static Products of(
            Program program, Map<String, Tensor> point, double mostElements, Consumer<Program> afford) {
        return new Products(program, point, program.evaluate(point), mostElements, Alteration.NONE, afford);
    }

    /** The same products as a mistake in the rules would have them. */
    public Products with(Alteration other) {
        return new Products(program, point, base, mostElements, other, afford);
    }

    /**
     * {@code s(x) = sum_k <v_k, y_k(x)>}; the outputs that have a cotangent stay outputs.
     *
     * @param cotangents by output
     * @param by the inputs that are differentiated by, parameters or data
     */
    public Objective pulledBack(Map<String, Tensor> cotangents, Set<String> by) {
        ProgramBuilder b = new ProgramBuilder(mostElements);
        Map<String, Tensor> values = new HashMap<>();
        SymbolicTangent copy = copied(b, by, Map.of(), values);
        b.at(SUM);
        Node sum = b.constant(0);
        for (Map.Entry<String, Tensor> cotangent : cotangents.entrySet()) {
            Node y = program.output(cotangent.getKey());
            Node v = given(b, y, cotangent(cotangent.getKey()), Input.Role.DATA, cotangent.getValue(), values);
            sum = b.add(sum, b.sum(b.multiply(copy.copy(y), v)));
            b.output(cotangent.getKey(), copy.copy(y));
        }
        return objective(b, sum, values);
    }

    /**
     * {@code s(c) = sum_k <c_k, J_k u>}, by c, whose names are the outputs'; those that the direction does not move are left
     * out, as their product is 0 exactly. Null where none moves.
     *
     * @param direction by input, parameters or data
     */
    public @Nullable Objective pushedForward(Map<String, Tensor> direction, Set<String> outputs) {
        ProgramBuilder b = new ProgramBuilder(mostElements);
        Map<String, Tensor> values = new HashMap<>();
        SymbolicTangent tangent = copied(b, Set.of(), direction, values, "input ");
        b.at(SUM);
        Node sum = null;
        for (String name : outputs) {
            Node y = program.output(name);
            Node dy = tangent.tangent(y);
            if (dy != null) {
                Node c = given(b, y, name, Input.Role.PARAMETER, Tensor.filled(y.shape(), 1), values);
                Node own = b.sum(b.multiply(dy, c));
                sum = sum == null ? own : b.add(sum, own);
            }
        }
        return sum == null ? null : objective(b, sum, values);
    }

    /**
     * {@code s(x) = <grad f(x), u>} of an output with one element; null where the direction does not move it.
     *
     * @param direction by input
     * @param by the inputs that the slope is differentiated by
     */
    public @Nullable Objective slope(String output, Map<String, Tensor> direction, Set<String> by) {
        ProgramBuilder b = new ProgramBuilder(mostElements);
        Map<String, Tensor> values = new HashMap<>();
        Node slope = copied(b, by, direction, values).tangent(program.output(output));
        return slope == null ? null : objective(b, slope, values);
    }

    private Objective objective(ProgramBuilder b, Node sum, Map<String, Tensor> values) {
        Program made = b.output(SUM, b.reshape(sum, Shape.SCALAR)).build();
        afford.accept(made);
        return new Objective(made, made.output(SUM), values);
    }

    private SymbolicTangent copied(
            ProgramBuilder b, Set<String> by, Map<String, Tensor> direction, Map<String, Tensor> values) {
        return copied(b, by, direction, values, "");
    }

    /** The program in another builder, with its tangents along a direction; {@code prefix} goes before inputs' names. */
    private SymbolicTangent copied(
            ProgramBuilder b,
            Set<String> by,
            Map<String, Tensor> direction,
            Map<String, Tensor> values,
            String prefix) {
        SymbolicTangent copy = new SymbolicTangent(b, base, alteration);
        for (Node node : program.nodes()) {
            if (node.op() instanceof Input input) {
                Input.Role role = by.contains(input.name()) ? Input.Role.PARAMETER : Input.Role.DATA;
                Tensor value = base.value(node);
                Tensor u = direction.get(input.name());
                copy.put(
                        node,
                        given(b, node, prefix + input.name(), role, value, values),
                        u == null ? null : given(b, node, direction(input.name()), Input.Role.DATA, u, values));
            } else {
                copy.step(node);
            }
        }
        return copy;
    }

    /** What the cotangent of an output is called among the data of {@link #pulledBack}. */
    public static String cotangent(String output) {
        return "cotangent of " + output;
    }

    /** What the direction of an input is called among the data of {@link #slope}. */
    public static String direction(String input) {
        return "direction of " + input;
    }

    private static Node given(
            ProgramBuilder b, Node like, String name, Input.Role role, Tensor value, Map<String, Tensor> values) {
        values.put(name, value);
        return b.standIn(like, name, role);
    }

    /** The inputs that there are, parameters and data, with their shapes. */
    public Map<String, Shape> inputs() {
        Map<String, Shape> inputs = new LinkedHashMap<>();
        program.parameters().forEach((name, node) -> inputs.put(name, node.shape()));
        program.data().forEach((name, node) -> inputs.put(name, node.shape()));
        return inputs;
    }
}
