package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.problem.Problem;
import java.util.List;

/**
 * Branches that meet: their sum or product, element by element and broadcast, or one behind the other along an axis of the
 * whole tensor, 1 (the channels) where it is not said.
 */
record Joined(Kind kind, int axis) implements Layer {

    enum Kind {
        ADD,
        MULTIPLY,
        CONCAT
    }

    private static final int MOST_INPUTS = 1_000;

    static Joined of(Kind kind, Attributes attributes) {
        if (!attributes.has("inputs")) {
            throw Problem.invalid(
                    attributes.pointer("inputs"),
                    "this layer joins several, and must say which",
                    "nothing",
                    "an array of names of earlier layers, of x or of data");
        }
        return new Joined(kind, kind == Kind.CONCAT ? attributes.count("axis", -8, 1) : 0);
    }

    @Override
    public int mostInputs() {
        return MOST_INPUTS;
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        return x;
    }

    @Override
    public Node append(ProgramBuilder b, List<Node> inputs, Weights weights) {
        if (kind == Kind.CONCAT) {
            return b.concat(axis, inputs);
        }
        Node joined = inputs.get(0);
        for (Node input : inputs.subList(1, inputs.size())) {
            joined = kind == Kind.ADD ? b.add(joined, input) : b.multiply(joined, input);
        }
        return joined;
    }
}
