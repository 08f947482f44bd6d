package dev.plumbline.compute.rounding;

import java.util.List;

/**
 * A constant of the model's file that float32 has shortened, and what its missing digits do.
 *
 * @param labels what the values that hold it are called
 * @param value as the file has it; of a tensor, its largest
 * @param effect the largest change of an entry of a gradient, relative to the largest entry of its tensor, if the constant
 *     lies half a float32 spacing away
 */
public record RoundedConstant(List<String> labels, double value, double effect) {

    public RoundedConstant {
        labels = List.copyOf(labels);
    }
}
