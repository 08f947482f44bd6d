package dev.plumbline.reader.onnx;

import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Weights that stand in a file twice: constant folding writes the transposed copy of a tied weight beside the weight. Equal
 * bit for bit, not all one number, and the copy bears a name of the exporter's.
 */
final class Copies {

    private Copies() {}

    /** The weight of which a slot holds a copy; null where there is none, or more than one. */
    static @Nullable Slot original(Slots slots, Slot copy) {
        Slot original = null;
        for (Slot slot : slots.all()) {
            if (copy.isMadeUp()
                    && !slot.isMadeUp()
                    && slot.isOrigin()
                    && (areEqual(slot, copy) || areTransposed(slot, copy))) {
                if (original != null) {
                    return null;
                }
                original = slot;
            }
        }
        return original;
    }

    static boolean areEqual(Slot one, Slot other) {
        return one.shape().equals(other.shape()) && areEqual(one.value(), other.value());
    }

    private static boolean areTransposed(Slot one, Slot other) {
        if (one.shape().rank() != 2
                || other.shape().rank() != 2
                || one.shape().extent(0) != other.shape().extent(1)
                || one.shape().extent(1) != other.shape().extent(0)) {
            return false;
        }
        int rows = one.shape().extent(0);
        int columns = one.shape().extent(1);
        boolean tells = false;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double value = one.value().at(i * columns + j);
                if (value != other.value().at(j * rows + i)) {
                    return false;
                }
                tells |= value != one.value().at(0);
            }
        }
        return tells;
    }

    private static boolean areEqual(Tensor one, Tensor other) {
        boolean tells = false;
        for (int i = 0; i < one.size(); i++) {
            if (one.at(i) != other.at(i)) {
                return false;
            }
            tells |= one.at(i) != one.at(0);
        }
        return tells;
    }
}
