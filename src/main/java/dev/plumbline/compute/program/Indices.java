package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;

/** Indices that came as numbers, judged before anything is looked up with them. */
final class Indices {

    private Indices() {}

    /** The indices, which are from {@code lowest} on, as integers in [0, extent); -1 counts from the end, as in NumPy. */
    static int[] of(Tensor tensor, int lowest, int extent) {
        double[] values = tensor.values();
        int[] indices = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            if (value != Math.rint(value) || value < lowest || value >= extent) {
                throw Problem.invalid(
                        "",
                        "an index is out of range at "
                                + java.util.Arrays.toString(tensor.shape().index(i)),
                        value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value),
                        "a whole number from " + lowest + " to " + (extent - 1));
            }
            indices[i] = (int) (value < 0 ? value + extent : value);
        }
        return indices;
    }
}
