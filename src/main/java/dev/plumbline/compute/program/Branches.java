package dev.plumbline.compute.program;

import dev.plumbline.compute.program.Reduce.Kind;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Operations that choose (a side of a kink, a winner, a step, an element), with the choice that other inputs made. Near
 * an edge float64 noise would otherwise choose anew in every run, and untie what is tied.
 */
final class Branches {

    private static final double FEW = 0.01;

    private Branches() {}

    /** Whether the operation chooses by its inputs' values. Its derivative, where it has one, knows nothing but the choice. */
    static boolean chooses(Op op) {
        return !op.isSmooth() || looksUp(op);
    }

    /** Whether the values on both sides of the operation's edges meet: a kink or a tie, no step and no choice by others. */
    static boolean isContinuous(Op op) {
        if (op instanceof Unary unary) {
            return unary.function() == UnaryFunction.RELU || unary.function() == UnaryFunction.ABS;
        }
        return op instanceof LeakyRelu
                || op instanceof MaxPool
                || op instanceof Reduce
                || (op instanceof Binary binary && binary.function().isDifferentiable());
    }

    /** The value for {@code x} where {@code base} has chosen; {@code result} is the operation's value there. */
    static double[] value(Op op, List<Tensor> x, List<Tensor> base, Tensor result) {
        double[] first = x.get(0).values();
        if (op instanceof Unary unary) {
            return unary(unary.function(), first, base.get(0), result);
        } else if (op instanceof LeakyRelu leaky) {
            return leaky(leaky.slope(), first, base.get(0));
        } else if (op instanceof Binary binary) {
            return binary(binary.function(), x, base, result);
        } else if (op instanceof Select) {
            return op.value(List.of(base.get(0), x.get(1), x.get(2)), result.shape());
        } else if (op instanceof MaxPool pool) {
            return pooled(pool.winners(base.get(0), result.shape()), first);
        } else if (op instanceof Reduce reduce) {
            return reduced(reduce, first, base, result);
        }
        return op.value(List.of(x.get(0), base.get(1)), result.shape()); // looked up by index
    }

    /** The derivative for where {@code inputs} choose, whatever was chosen for the {@code output}. */
    static void pullBack(
            Node node, List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        Op op = node.op();
        Tensor chosen = chooses(op) ? Tensor.of(node.shape(), op.value(inputs, node.shape())) : output;
        op.pullBack(inputs, chosen, cotangent, into);
    }

    /** Whether both evaluations choose alike wherever a derivative hangs on it, the second one leaning. */
    static boolean same(Evaluation one, Evaluation other, Leaning leaning) {
        return one.program().nodes().stream()
                .filter(node -> !node.op().isSmooth() && one.program().isDifferentiable(node))
                .allMatch(node -> Arrays.deepEquals(
                        slopes(node, one.inputs(node)), slopes(node, leaning.leaned(node, other.inputs(node)))));
    }

    /** The same, but for a hundredth of each operation's operands. */
    static boolean mostlySame(Evaluation one, Evaluation other) {
        return one.program().nodes().stream()
                .filter(node -> !node.op().isSmooth() && one.program().isDifferentiable(node))
                .allMatch(node -> differing(slopes(node, one.inputs(node)), slopes(node, other.inputs(node))) <= FEW);
    }

    private static double differing(double[][] one, double[][] other) {
        int differing = 0;
        int all = 0;
        for (int k = 0; k < one.length; k++) {
            for (int i = 0; i < one[k].length; i++) {
                differing += one[k][i] == other[k][i] ? 0 : 1;
            }
            all += one[k].length;
        }
        return all == 0 ? 0 : (double) differing / all;
    }

    private static double[][] slopes(Node node, List<Tensor> inputs) {
        double[][] slopes =
                inputs.stream().map(input -> new double[input.size()]).toArray(double[][]::new);
        Tensor value = Tensor.of(node.shape(), node.op().value(inputs, node.shape()));
        node.op().pullBack(inputs, value, Tensor.filled(node.shape(), 1).values(), slopes);
        return slopes;
    }

    private static double[] unary(UnaryFunction function, double[] x, Tensor base, Tensor result) {
        if (function == UnaryFunction.SIGN || function == UnaryFunction.FLOOR) {
            return result.values();
        }
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            double side = base.at(i);
            double negative = function == UnaryFunction.RELU ? 0 : -x[i];
            y[i] = side < 0 ? negative : side == 0 ? 0 : x[i];
        }
        return y;
    }

    private static double[] leaky(double slope, double[] x, Tensor base) {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = base.at(i) > 0 ? x[i] : slope * x[i];
        }
        return y;
    }

    private static double[] binary(BinaryFunction function, List<Tensor> x, List<Tensor> base, Tensor result) {
        if (!function.isDifferentiable()) {
            return result.values(); // comparisons
        }
        Shape shape = result.shape();
        double[] a = spread(x.get(0), shape);
        double[] b = spread(x.get(1), shape);
        double[] baseA = spread(base.get(0), shape);
        double[] baseB = spread(base.get(1), shape);
        double[] y = new double[a.length];
        for (int i = 0; i < y.length; i++) {
            boolean first = function == BinaryFunction.MAXIMUM ? baseA[i] >= baseB[i] : baseA[i] <= baseB[i];
            y[i] = first ? a[i] : b[i];
        }
        return y;
    }

    private static double[] pooled(int[] winners, double[] x) {
        double[] y = new double[winners.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = winners[i] < 0 ? Double.NEGATIVE_INFINITY : x[winners[i]];
        }
        return y;
    }

    /** The mean of those that tied: the derivative's weights, applied to the values. */
    private static double[] reduced(Reduce maximum, double[] x, List<Tensor> base, Tensor result) {
        double[] weighted = new double[x.length];
        maximum.pullBack(base, result, Tensor.filled(result.shape(), 1).values(), new double[][] {weighted});
        for (int i = 0; i < x.length; i++) {
            weighted[i] = weighted[i] == 0 ? 0 : weighted[i] * x[i];
        }
        Tensor terms = Tensor.of(base.get(0).shape(), weighted);
        return new Reduce(Kind.SUM, maximum.axes()).value(List.of(terms), result.shape());
    }

    /** The values broadcast to a shape. */
    static double[] spread(Tensor x, Shape shape) {
        return x.shape().equals(shape) ? x.values() : new Broadcast(shape).value(List.of(x), shape);
    }

    /** Whether the k-th operand is one that a choice hangs on. */
    static boolean hangsOn(Op op, int k) {
        return op instanceof Select ? k == 0 : looksUp(op) ? k == 1 : !op.isSmooth();
    }

    private static boolean looksUp(Op op) {
        return op instanceof Gather || op instanceof GatherElements;
    }
}
