package dev.plumbline.compute.program;

import dev.plumbline.compute.program.Reduce.Kind;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * What happens to each result as it is stored: nothing, or rounding at random to the neighbours it has in a narrower
 * datatype.
 *
 * <p>Evaluating a gradient a few times with random rounding shows how a right gradient computed in that datatype
 * scatters: through cancellation in a softmax, through a ReLU whose input is nearly 0, wherever it is amplified. (The
 * idea is La Porte and Vignes', 1974: CESTAC, stochastic arithmetic.)
 */
public interface Rounding {

    /** Exact float64, as computed. */
    Rounding NONE = (value, node, sizes) -> value;

    /**
     * @param sizes the sizes of the terms that were added up to each element; what rounding does to a sum depends on
     *     them, not on what is left of them after cancellation
     */
    Tensor apply(Tensor value, Node node, Supplier<double[]> sizes);

    /**
     * Each value plus {@code u s size}, s uniform in [-1, 1], where u is the datatype's unit roundoff and size that of
     * the value, or twice that of the terms it is the sum of: the order of a sum is anybody's choice. What any machine
     * computes exactly stays as it is: elements moved or chosen, such as a maximum, and whole numbers, such as indices.
     */
    static Rounding random(Datatype datatype, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double spread = 2 * datatype.unitRoundoff();
        return (value, node, sizes) -> {
            if (node.op().isMove() || isChoice(node.op())) {
                return value;
            }
            double[] rounded = value.values().clone();
            double[] terms = sizes.get();
            for (int i = 0; i < rounded.length; i++) {
                if (rounded[i] != Math.rint(rounded[i])) {
                    rounded[i] += terms[i] * spread * (random.nextDouble() - 0.5);
                }
            }
            return Tensor.of(value.shape(), rounded);
        };
    }

    /** Whether each element of the result is one of the input's: a gradient that asks which one must find it there. */
    private static boolean isChoice(Op op) {
        return op instanceof MaxPool
                || op instanceof Select
                || (op instanceof Reduce reduce && reduce.kind() == Kind.MAX);
    }

    /** The sizes of the terms of each element of a value: larger than the value where an operation adds up many. */
    static double[] sizes(Op op, List<Tensor> inputs, Tensor value) {
        boolean sums = op instanceof MatMul
                || op instanceof Convolution
                || op instanceof AveragePool
                || op instanceof CumulativeSum
                || (op instanceof Reduce reduce && reduce.kind() == Kind.SUM);
        return sums
                ? twice(op.value(inputs.stream().map(x -> x.map(Math::abs)).toList(), value.shape()))
                : value.map(Math::abs).values();
    }

    private static double[] twice(double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= 2;
        }
        return values;
    }
}
