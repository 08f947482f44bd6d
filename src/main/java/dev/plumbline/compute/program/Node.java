package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import java.util.List;

/**
 * One value of a program: an operation, the nodes it reads, and the shape that its shape rule gave. Nodes are handles
 * that {@link ProgramBuilder} gives out; {@code label} is what the value is called in messages, by the words of the file
 * or formula it came from.
 */
public final class Node {

    private final int id;
    private final Op op;
    private final List<Node> inputs;
    private final Shape shape;
    private final String label;
    private final Origin origin;

    /** One that is an operation by itself. */
    Node(int id, Op op, List<Node> inputs, Shape shape, String label) {
        this(id, op, inputs, shape, label, new Origin(label, ""));
    }

    Node(int id, Op op, List<Node> inputs, Shape shape, String label, Origin origin) {
        this.id = id;
        this.op = op;
        this.inputs = List.copyOf(inputs);
        this.shape = shape;
        this.label = label;
        this.origin = origin;
    }

    /** The place in the program's topological order. */
    public int id() {
        return id;
    }

    public Op op() {
        return op;
    }

    public List<Node> inputs() {
        return inputs;
    }

    public Shape shape() {
        return shape;
    }

    public int rank() {
        return shape.rank();
    }

    public String label() {
        return label;
    }

    /** The operation as the user knows it. */
    public Origin origin() {
        return origin;
    }

    /** Whether the value was known when the program was built, as shapes and indices of a file often are. */
    public boolean isConstant() {
        return op instanceof Constant;
    }

    /** Whether this is the value of what it reads, held constant. */
    boolean stopsGradient() {
        return op instanceof Unary unary && unary.function() == UnaryFunction.STOP_GRADIENT;
    }

    /** Whether the value is rows of the first input, looked up by the second: an embedding. */
    public boolean isLookup() {
        return op instanceof Gather gather && gather.axis() == 0;
    }

    @Override
    public String toString() {
        return label + " " + shape;
    }
}
