package dev.plumbline.compute.program;

import dev.plumbline.compute.program.Reduce.Kind;
import dev.plumbline.tensor.Tensor;
import java.util.List;

/** The terms that an operation adds up to each element of its result; what rounding does to a sum depends on their sizes. */
final class Terms {

    private Terms() {}

    /** Whether each element of the result is the sum of many products or elements. */
    static boolean isSum(Op op) {
        return op instanceof Contraction
                || op instanceof AveragePool
                || op instanceof CumulativeSum
                || (op instanceof Reduce reduce && reduce.kind() == Kind.SUM);
    }

    /** Whether a reverse pass through the node adds up many terms to an input. */
    static boolean isSumInReverse(Node node, int k) {
        Op op = node.op();
        return op instanceof Contraction
                || ((op instanceof Binary || op instanceof Broadcast)
                        && node.inputs().get(k).shape().size() < node.shape().size());
    }

    /** How many terms each element of a sum has, roughly. */
    static double count(Node node) {
        return Math.max(
                1,
                node.op().cost(Program.shapes(node), node.shape())
                        / Math.max(1, node.shape().size()));
    }

    /** The sizes of the terms of each element of a sum, or of a difference that cancels. */
    static double[] sizes(Node node, List<Tensor> inputs) {
        Op op = node.op() instanceof Binary ? new Binary(BinaryFunction.ADD) : node.op();
        return op.value(inputs.stream().map(x -> x.map(Math::abs)).toList(), node.shape());
    }
}
