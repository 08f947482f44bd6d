package dev.plumbline.compute.program;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An operation whose backward rule somebody writes as one: a primitive, or the primitives that make up a softmax, a
 * normalisation, an activation.
 *
 * @param output the node of its result
 * @param nodes that make it up, the output among them
 * @param inputs what it reads from elsewhere and depends on parameters, in the order of the program
 * @param roles what its inner values are
 */
public record Operation(Kind kind, Node output, Set<Node> nodes, List<Node> inputs, Map<Role, Node> roles) {

    /** Kinds of operations, in the order in which people get their rules wrong. */
    public enum Kind {
        /** One number to one number, the same everywhere. */
        ACTIVATION("activation"),
        /** {@code (x - mean) / sqrt(variance + epsilon)}, or without the mean. */
        NORMALISATION("normalisation"),
        SOFTMAX("softmax"),
        LOG_SOFTMAX("logSoftmax"),
        POOL("pool"),
        /** A sum, mean or maximum over axes. */
        REDUCTION("reduction"),
        /** By a constant. */
        SCALING("scaling"),
        LOOKUP("lookup"),
        /** Everything between two tensors, element by element. */
        COMBINATION("combination"),
        CONVOLUTION("convolution"),
        PRODUCT("matMul"),
        /** Elements moved or repeated. */
        MOVE("move");

        private final String title;

        Kind(String title) {
            this.title = title;
        }
    }

    /** What an inner value is. */
    public enum Role {
        MEAN,
        VARIANCE,
        CENTRED,
        DEVIATION,
        /** The sum that a softmax divides by, or its logarithm. */
        NORMALISER
    }

    public Operation {
        nodes = Set.copyOf(nodes);
        inputs = List.copyOf(inputs);
        Map<Role, Node> copy = new EnumMap<>(Role.class);
        copy.putAll(roles);
        roles = Collections.unmodifiableMap(copy);
    }

    static Operation of(Kind kind, Node output, Set<Node> nodes, Map<Role, Node> roles, Program program) {
        Map<Integer, Node> inputs = new TreeMap<>();
        for (Node node : nodes) {
            for (Node input : node.inputs()) {
                if (!nodes.contains(input) && program.isDifferentiable(input)) {
                    inputs.put(input.id(), input);
                }
            }
        }
        return new Operation(kind, output, nodes, List.copyOf(inputs.values()), roles);
    }

    /** What the user calls it. */
    public String name() {
        return output.label();
    }

    /** What kind of operation that is in the words of the file, or of mathematics where it has none. */
    public String title() {
        if (!output.origin().kind().isEmpty()) {
            return output.origin().kind();
        }
        return nodes.size() == 1 ? output.op().title() : kind.title;
    }

    @Override
    public String toString() {
        return name() + " (" + title() + ")";
    }
}
