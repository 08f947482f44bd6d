package dev.plumbline.compute.comparison;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came out for one tensor.
 *
 * @param a its form in {@code a}, of all ranks together; null where it is not there
 * @param placement of several ranks' tensors; null where no dump is of several ranks
 * @param isGuessed whether the placement was not said, but told from the shapes
 * @param tally null where there is nothing to compare
 * @param noise null where there are no repeats of it
 * @param differences what they look like; empty unless the tensors are different
 */
public record TensorComparison(
        String name,
        Relation relation,
        @Nullable Form a,
        @Nullable Form b,
        @Nullable Placement placement,
        boolean isGuessed,
        @Nullable Tally tally,
        @Nullable Noise noise,
        List<Difference> differences) {

    public record Form(Shape shape, Datatype datatype) {
        static @Nullable Form of(@Nullable Numbers numbers) {
            return numbers == null ? null : new Form(numbers.shape(), numbers.datatype());
        }
    }
}
