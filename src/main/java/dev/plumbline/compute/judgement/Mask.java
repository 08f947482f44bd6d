package dev.plumbline.compute.judgement;

import dev.plumbline.tensor.Tensor;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Which entries of a tensor are judged; frozen and pruned weights are not. An entry that is not judged counts nowhere: not
 * in verdicts, norms or shares, and no mistake is looked for or planted in it.
 *
 * @param judged by position, row-major
 */
public record Mask(IntPredicate judged) {

    /** Every entry is judged. */
    public static final Mask ALL = new Mask(position -> true);

    public boolean judges(int position) {
        return judged.test(position);
    }

    /** The positions that are judged, of the first {@code size}. */
    int[] positions(int size) {
        return IntStream.range(0, size).filter(judged).toArray();
    }

    /** The same tensor with a zero wherever nothing is judged: what is zero in claim and reference counts nowhere. */
    Tensor blanked(Tensor tensor) {
        if (this == ALL) {
            return tensor;
        }
        double[] values = tensor.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = judges(i) ? values[i] : 0;
        }
        return Tensor.of(tensor.shape(), tensor.datatype(), values);
    }

    /** Of every {@code step}-th entry. */
    Mask thinned(int step) {
        return this == ALL ? ALL : new Mask(position -> judges(position * step));
    }
}
