package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;

/** Whole numbers from {@code lowest} to {@code extent - 1}: what may look something up, such as labels among classes. */
public record IndexRange(int lowest, int extent) {

    IndexRange narrower(IndexRange other) {
        return new IndexRange(Math.max(lowest, other.lowest), Math.min(extent, other.extent));
    }

    /** Refuses the first number that is none of these, at {@code pointer} and its place in the tensor. */
    public void require(String pointer, Tensor tensor) {
        for (int i = 0; i < tensor.size(); i++) {
            double value = tensor.at(i);
            if (value != Math.rint(value) || value < lowest || value >= extent) {
                StringBuilder place = new StringBuilder(pointer);
                for (int index : tensor.shape().index(i)) {
                    place.append('/').append(index);
                }
                throw Problem.invalid(
                        place.toString(),
                        "an index is out of range",
                        value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value),
                        "a whole number from " + lowest + " to " + (extent - 1));
            }
        }
    }
}
