package dev.plumbline.compute.program;

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

    /** Each value times {@code 1 + u s}, s uniform in [-1, 1], where u is the datatype's unit roundoff. */
    static Rounding random(Datatype datatype, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double spread = 2 * datatype.unitRoundoff();
        return (value, node) -> {
            if (node.op() instanceof Reshape || node.op() instanceof Transpose || node.op() instanceof Broadcast) {
                return value; // only moves numbers, so nothing is rounded
            }
            double[] rounded = value.values().clone();
            for (int i = 0; i < rounded.length; i++) {
                rounded[i] += rounded[i] * spread * (random.nextDouble() - 0.5);
            }
            return Tensor.of(value.shape(), rounded);
        };
    }
}
