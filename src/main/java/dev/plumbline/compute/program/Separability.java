package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether samples stay apart downstream of a node: a walk over the program, nothing assumed.
 *
 * <p>A node's row-major values fall into {@code samples} equal parts. Samples stay apart in a node that depends on it if
 * part n depends on part n only. They meet, at last, in a sum over everything, after which only linear operations may
 * follow; there each sample's share of the objective can still be told. With one sample everything stays apart.
 */
final class Separability {

    /** How a node depends on the samples; nodes that do not depend on them have no state. */
    enum State {
        /** Part n of the value belongs to sample n. */
        APART,
        /** One number: a sum of one share for each sample, and a constant. */
        SHARED
    }

    private final int samples;
    private final @Nullable State[] states; // (node)

    private Separability(int samples, int nodes) {
        this.samples = samples;
        this.states = new State[nodes];
    }

    /**
     * The states of all nodes downstream of {@code from} as seen through {@code consumers}, by the node's id and null
     * elsewhere; null where samples mix.
     *
     * @param order the nodes to walk, in topological order
     */
    static @Nullable State @Nullable [] of(Node from, List<Node> order, List<Node> consumers, int samples) {
        if (samples < 1 || from.shape().size() % samples != 0) {
            return null;
        }
        Separability walk =
                new Separability(samples, order.get(order.size() - 1).id() + 1);
        for (Node node : order) {
            boolean[] differs = new boolean[node.inputs().size()];
            boolean any = false;
            for (int k = 0; k < differs.length; k++) {
                Node input = node.inputs().get(k);
                differs[k] = walk.state(input) != null || (input == from && consumers.contains(node));
                any |= differs[k];
            }
            if (any) {
                State state = walk.state(node, differs);
                if (state == null) {
                    return null;
                }
                walk.states[node.id()] = state;
            }
        }
        return walk.states;
    }

    private @Nullable State state(Node node) {
        return node.id() < states.length ? states[node.id()] : null;
    }

    private @Nullable State state(Node node, boolean[] differs) {
        if (samples == 1) {
            return State.APART;
        }
        boolean shared = false;
        for (int k = 0; k < differs.length; k++) {
            shared |= differs[k] && state(node.inputs().get(k)) == State.SHARED;
        }
        if (shared) {
            return isLinearInShares(node, differs) ? State.SHARED : null;
        }
        if (node.op() instanceof Reduce reduce
                && reduce.kind() == Reduce.Kind.SUM
                && node.shape().size() == 1) {
            return State.SHARED;
        }
        return keepsApart(node, differs) ? State.APART : null;
    }

    private boolean isLinearInShares(Node node, boolean[] differs) {
        if (node.shape().size() != 1) {
            return false;
        }
        if (node.op() instanceof Binary binary) {
            return switch (binary.function()) {
                case ADD, SUBTRACT -> apartNowhere(node, differs);
                case MULTIPLY -> differs[0] != differs[1];
                case DIVIDE -> !differs[1];
                default -> false;
            };
        }
        return node.op() instanceof Reshape
                || node.op() instanceof Broadcast
                || node.op() instanceof Reduce
                || node.op() instanceof Unary unary && unary.function() == UnaryFunction.NEGATE;
    }

    private boolean apartNowhere(Node node, boolean[] differs) {
        for (int k = 0; k < differs.length; k++) {
            if (differs[k] && state(node.inputs().get(k)) != State.SHARED) {
                return false;
            }
        }
        return true;
    }

    private boolean keepsApart(Node node, boolean[] differs) {
        Op op = node.op();
        Shape first = node.inputs().get(0).shape();
        if (op instanceof Unary || op instanceof LeakyRelu || op instanceof Reshape) {
            return true;
        }
        if (op instanceof Binary || op instanceof Select || op instanceof Broadcast) {
            return alignedInputs(node, differs);
        }
        if (op instanceof Reduce reduce) {
            return reduce.axes().stream().allMatch(axis -> axis >= leading(first));
        }
        if (op instanceof MatMul matmul) {
            return matmulKeepsApart(node, matmul, differs);
        }
        if (op instanceof Convolution || op instanceof MaxPool || op instanceof AveragePool) {
            return leading(first) <= 1 && !(differs.length > 1 && differs[1]);
        }
        if (op instanceof Transpose transpose) {
            return IntStream.range(0, leading(first))
                    .allMatch(axis -> transpose.permutation().get(axis) == axis);
        }
        if (op instanceof Slice slice) {
            return IntStream.range(0, leading(first))
                    .allMatch(axis -> slice.starts().get(axis) == 0
                            && slice.steps().get(axis) == 1
                            && slice.counts().get(axis) == first.extent(axis));
        }
        if (op instanceof Pad pad) {
            return IntStream.range(0, leading(first))
                    .allMatch(axis -> pad.before().get(axis) == 0 && pad.after().get(axis) == 0);
        }
        if (op instanceof Concat concat) {
            return concat.axis() >= leading(node.shape());
        }
        if (op instanceof CumulativeSum sum) {
            return sum.axis() >= leading(first);
        }
        if (op instanceof Gather gather) {
            return !differs[1] && gather.axis() >= leading(first);
        }
        if (op instanceof GatherElements gather) {
            return !differs[1] && gather.axis() >= leading(first) && alignedAtFront(first, node.shape());
        }
        return false;
    }

    /** Operands that are not repeated over samples, and that have their samples where the result has them. */
    private boolean alignedInputs(Node node, boolean[] differs) {
        for (int k = 0; k < differs.length; k++) {
            if (differs[k] && !alignedAtFront(node.inputs().get(k).shape(), node.shape())) {
                return false;
            }
        }
        return true;
    }

    private boolean alignedAtFront(Shape input, Shape result) {
        if (input.rank() != result.rank()) {
            return false;
        }
        for (int axis = 0; axis < leading(input); axis++) {
            if (input.extent(axis) != result.extent(axis)) {
                return false;
            }
        }
        return true;
    }

    private boolean matmulKeepsApart(Node node, MatMul matmul, boolean[] differs) {
        Shape a = node.inputs().get(0).shape();
        Shape b = node.inputs().get(1).shape();
        boolean firstFits = !differs[0]
                || (a.rank() == node.shape().rank()
                        && leading(a) <= (matmul.transposeFirst() ? a.rank() - 2 : a.rank() - 1)
                        && alignedAtFront(a, node.shape()));
        boolean secondFits = !differs[1]
                || (b.rank() == node.shape().rank() && leading(b) <= b.rank() - 2 && alignedAtFront(b, node.shape()));
        boolean rowsOnly = differs[0] && differs[1] && leading(a) > a.rank() - 2;
        return firstFits && secondFits && !rowsOnly;
    }

    /** How many leading axes it takes until their product is a multiple of the samples. */
    private int leading(Shape shape) {
        int product = 1;
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (product % samples == 0) {
                return axis;
            }
            product *= shape.extent(axis);
        }
        return shape.rank();
    }
}
