package dev.plumbline.compute.program;

import java.util.List;

/**
 * The values of a program that are none of a continuum: what comparisons, steps and signs give, and what is computed from
 * nothing else but constants: positions, counts, masks. A framework holds them as integers or truth values, so no
 * arithmetic rounds those that are whole, and they are never nearly something else.
 */
final class Discrete {

    private final boolean[] discrete; // (node)

    private Discrete(int nodes) {
        this.discrete = new boolean[nodes];
    }

    static Discrete of(Program program) {
        Discrete found = new Discrete(program.nodes().size());
        for (Node node : program.nodes()) {
            found.discrete[node.id()] = isStep(node.op()) || found.hasSuchInputsOnly(node.inputs());
        }
        return found;
    }

    /** Whether a node's values are such. */
    boolean isDiscrete(Node node) {
        return discrete[node.id()];
    }

    private boolean hasSuchInputsOnly(List<Node> inputs) {
        return inputs.stream().anyMatch(this::isDiscrete)
                && inputs.stream().allMatch(input -> input.isConstant() || isDiscrete(input));
    }

    private static boolean isStep(Op op) {
        return op instanceof Unary unary
                ? unary.function() == UnaryFunction.SIGN || unary.function() == UnaryFunction.FLOOR
                : op instanceof Binary binary && !binary.function().isDifferentiable();
    }
}
