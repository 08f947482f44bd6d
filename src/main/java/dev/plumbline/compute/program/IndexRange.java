package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whole numbers from {@code lowest} to {@code extent - 1}: what may look something up, such as labels among classes.
 *
 * @param ignored a number beside them that looks nothing up, such as the mark of an unlabelled sample
 */
public record IndexRange(int lowest, int extent, @Nullable Integer ignored) {

    IndexRange narrower(IndexRange other) {
        Integer both = Objects.equals(ignored, other.ignored) ? ignored : null;
        return new IndexRange(Math.max(lowest, other.lowest), Math.min(extent, other.extent), both);
    }

    /** Refuses the first number that is none of these, at {@code pointer} and its place in the tensor. */
    public void require(String pointer, Tensor tensor) {
        for (int i = 0; i < tensor.size(); i++) {
            double value = tensor.at(i);
            boolean isIgnored = ignored != null && value == ignored;
            if (!isIgnored && (value != Math.rint(value) || value < lowest || value >= extent)) {
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
