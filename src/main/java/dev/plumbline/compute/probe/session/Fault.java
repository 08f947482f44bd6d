package dev.plumbline.compute.probe.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a wrong tensor's mistake looks like, as far as directions and samples of entries tell; a is the claim, n the truth. */
public sealed interface Fault {

    /** {@code a = 0}. */
    record Zero() implements Fault {}

    /** {@code a = -n}. */
    record Sign() implements Fault {}

    /** {@code a = factor n}. */
    record Scaled(double factor) implements Fault {}

    /** The function does not change with this tensor, and the claim is not zero. */
    record Constant() implements Fault {}

    /** Only these entries differ. */
    record Sparse(List<List<Integer>> entries) implements Fault {
        public Sparse {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Only this part differs.
     *
     * @param factor {@code a = factor n} in it; null where there is no such factor
     */
    record Slice(Box part, @Nullable Double factor) implements Fault {}

    /** The numbers are right, laid out with the axes in another order. */
    record Transposed() implements Fault {}

    /** Turned round along an axis; along all of them where it is null. */
    record Flipped(@Nullable Integer axis) implements Fault {}

    /** Right numbers, so many places off along an axis, wrapped round; flat where the axis is null. */
    record Shifted(@Nullable Integer axis, int places) implements Fault {}

    /** The gradient of another tensor. */
    record Swapped(int tensor) implements Fault {}

    /** {@code a = n + offset}. */
    record Offset(double offset) implements Fault {}

    /** The claim is not finite. */
    record NonFinite() implements Fault {}

    /** No simple name. */
    record Unknown() implements Fault {}
}
