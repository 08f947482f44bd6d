package dev.plumbline.compute.optimizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arrays of one parameter tensor, or of a segment of one: equally long, of one precision.
 *
 * @param slots in the order of {@link Optimizer#slots}
 */
public record TensorArrays(String tensor, Strip parameters, Strip gradient, List<Strip> slots) {

    int length() {
        return parameters.length();
    }

    TensorArrays window(int start, int length) {
        return new TensorArrays(
                tensor,
                parameters.window(start, length),
                gradient.window(start, length),
                slots.stream().map(slot -> slot.window(start, length)).toList());
    }

    List<TensorArrays> cut(int segment) {
        List<TensorArrays> segments = new ArrayList<>();
        for (int start = 0; start < length(); start += segment) {
            segments.add(window(start, Math.min(segment, length() - start)));
        }
        return segments;
    }

    /** The first NaN or infinity: in the gradient, else in the parameters, else in a slot. */
    Optional<NonFinite> firstNonFinite(List<Slot> names, boolean made) {
        List<Strip> strips = new ArrayList<>(List.of(gradient, parameters));
        strips.addAll(slots);
        for (int i = 0; i < strips.size(); i++) {
            int position = strips.get(i).firstNonFinite();
            if (position >= 0) {
                String array = i == 0
                        ? "gradient"
                        : i == 1 ? "parameter" : names.get(i - 2).name();
                double value = strips.get(i).at(position);
                return Optional.of(new NonFinite(tensor, array, position, value, made && i > 0));
            }
        }
        return Optional.empty();
    }
}
