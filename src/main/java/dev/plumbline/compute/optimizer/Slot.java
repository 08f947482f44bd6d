package dev.plumbline.compute.optimizer;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that an optimizer keeps beside a parameter tensor, and what it is filled with before the first step.
 *
 * @param initial what every entry is at first; of no meaning where it is a copy
 * @param copied whether it begins as a copy of the parameter
 * @param form its shape, by the parameter's
 */
public record Slot(String name, double initial, boolean copied, Form form) {

    /** The shape of a slot beside a parameter of some shape; null where that parameter keeps no such slot. */
    @FunctionalInterface
    public interface Form {
        @Nullable
        Shape of(Shape parameter);
    }

    public Slot(String name, double initial) {
        this(name, initial, false, parameter -> parameter);
    }

    static Slot zeros(String name) {
        return new Slot(name, 0);
    }

    static Slot zeros(String name, Form form) {
        return new Slot(name, 0, false, form);
    }

    /** One number beside each parameter tensor. */
    static Slot scalar(String name) {
        return zeros(name, parameter -> Shape.of());
    }

    static Slot copy(String name) {
        return new Slot(name, 0, true, parameter -> parameter);
    }

    /** The slot's shape beside a parameter of this shape; null where there is none. */
    public @Nullable Shape shape(Shape parameter) {
        return form.of(parameter);
    }

    /** What it holds before the first step, in the parameter's datatype; null where this parameter keeps none. */
    public @Nullable Tensor fresh(Tensor parameter) {
        Shape shape = shape(parameter.shape());
        if (shape == null) {
            return null;
        }
        Datatype datatype = parameter.datatype();
        Tensor fresh = copied ? parameter : Tensor.filled(shape, datatype.round(initial));
        return Tensor.of(shape, datatype, copied ? fresh.doubles() : fresh.values());
    }
}
