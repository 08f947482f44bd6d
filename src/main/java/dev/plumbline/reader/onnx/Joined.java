package dev.plumbline.reader.onnx;

import dev.plumbline.reader.Naming.How;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Parameters that the export cut up: an attention whose keys are not its queries multiplies by the parts of its
 * {@code in_proj_weight} one after the other, and a table of positions is cut to the length of the sequence.
 */
final class Joined {

    private Joined() {}

    /**
     * The weights of one module that together, in the order in which it reads them, have the shape of a parameter; null where
     * they do not.
     *
     * @param among the weights of the module that are free
     */
    static @Nullable Place of(Slots slots, Shape shape, Predicate<Slot> among) {
        if (shape.rank() < 1 || shape.rank() > 2) {
            return null;
        }
        List<Slot> parts = new ArrayList<>();
        slots.all().forEach(slot -> {
            if (slot.isMadeUp() && isPart(slot, shape) && among.test(slot)) {
                parts.add(slot);
            }
        });
        parts.sort(Comparator.comparingInt(Slot::firstRead));
        List<Spot> spots = new ArrayList<>();
        int rows = 0;
        for (Slot part : parts) {
            Spot spot = shape.rank() == 2 ? Spot.transposed(part) : Spot.whole(part, How.ALIAS);
            if (rows + spot.shape().extent(0) > shape.extent(0)) {
                return null;
            }
            spots.add(spot.within(shape, 0, rows));
            rows += spot.shape().extent(0);
        }
        return spots.size() > 1 && rows == shape.extent(0) ? new Place(spots, false) : null;
    }

    private static boolean isPart(Slot slot, Shape shape) {
        return slot.shape().rank() == shape.rank()
                && (shape.rank() == 1
                        ? slot.isReadBy("Add")
                        : slot.isReadBy("MatMul", "Gemm") && slot.shape().extent(0) == shape.extent(1));
    }

    /**
     * The rows of a table that a file has left, if they are just the rows in which a claim is not zero; null where they are
     * not.
     *
     * @param spot where the rows may be
     */
    static @Nullable Place rows(Spot spot, Tensor claim) {
        Shape left = spot.shape();
        Shape whole = claim.shape();
        int axis = -1;
        for (int d = 0; d < whole.rank() && left.rank() == whole.rank(); d++) {
            if (left.extent(d) < whole.extent(d) && axis < 0) {
                axis = d;
            } else if (left.extent(d) != whole.extent(d)) {
                return null;
            }
        }
        if (axis < 0) {
            return null;
        }
        int first = whole.extent(axis);
        int last = -1;
        for (int i = 0; i < claim.size(); i++) {
            if (claim.at(i) != 0) {
                int row = whole.index(i)[axis];
                first = Math.min(first, row);
                last = Math.max(last, row);
            }
        }
        return last - first + 1 == left.extent(axis) ? Place.guessed(spot.within(whole, axis, first)) : null;
    }
}
