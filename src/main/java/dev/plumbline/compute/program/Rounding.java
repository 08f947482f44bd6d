package dev.plumbline.compute.program;

import dev.plumbline.compute.program.Reduce.Kind;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.SplittableRandom;

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
    Rounding NONE = (value, node) -> value;

    Tensor apply(Tensor value, Node node);

    /**
     * Each value times {@code 1 + u s}, s uniform in [-1, 1], where u is the datatype's unit roundoff. What any machine
     * computes exactly stays as it is: elements moved or chosen, such as a maximum, and whole numbers, such as indices.
     */
    static Rounding random(Datatype datatype, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double spread = 2 * datatype.unitRoundoff();
        return (value, node) -> {
            if (node.op().isMove() || isChoice(node.op())) {
                return value;
            }
            double[] rounded = value.values().clone();
            for (int i = 0; i < rounded.length; i++) {
                if (rounded[i] != Math.rint(rounded[i])) {
                    rounded[i] += rounded[i] * spread * (random.nextDouble() - 0.5);
                }
            }
            return Tensor.of(value.shape(), rounded);
        };
    }

    /** Whether each element of the result is one of the input's: a gradient that asks which one must find it there. */
    private static boolean isChoice(Op op) {
        return op instanceof MaxPool
                || op instanceof Select
                || op instanceof Reduce reduce && reduce.kind() == Kind.MAX;
    }
}
