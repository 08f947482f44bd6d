package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Slot;
import dev.plumbline.compute.optimizer.strip.Strip;
import dev.plumbline.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arrays of one parameter tensor, or of a segment of one: equally long, of one precision.
 *
 * @param shape the tensor's; of a segment its length alone
 * @param slots in the order of {@link Optimizer#slots}
 */
public record TensorArrays(String tensor, Shape shape, Strip parameters, Strip gradient, List<Strip> slots) {

    public TensorArrays(String tensor, Strip parameters, Strip gradient, List<Strip> slots) {
        this(tensor, Shape.of(parameters.length()), parameters, gradient, slots);
    }

    int length() {
        return parameters.length();
    }

    TensorArrays window(int start, int length) {
        List<Strip> windows = new ArrayList<>(slots.size());
        for (Strip slot : slots) {
            windows.add(slot.window(start, length));
        }
        return new TensorArrays(tensor, parameters.window(start, length), gradient.window(start, length), windows);
    }

    List<TensorArrays> cut(int segment) {
        List<TensorArrays> segments = new ArrayList<>();
        for (int start = 0; start < length(); start += segment) {
            segments.add(window(start, Math.min(segment, length() - start)));
        }
        return segments;
    }

    /**
     * The first NaN or infinity: in the gradient, else in the parameters, else in a slot; or, if the step has {@code made}
     * it, in a slot before the parameters, which only follow.
     */
    Optional<NonFinite> firstNonFinite(List<Slot> names, boolean made) {
        Map<String, Strip> strips = new LinkedHashMap<>();
        strips.put("gradient", gradient);
        if (!made) {
            strips.put("parameter", parameters);
        }
        for (int i = 0; i < slots.size(); i++) {
            strips.put(names.get(i).name(), slots.get(i));
        }
        strips.putIfAbsent("parameter", parameters);
        for (Map.Entry<String, Strip> strip : strips.entrySet()) {
            int position = strip.getValue().firstNonFinite();
            if (position >= 0) {
                double value = strip.getValue().at(position);
                boolean madeHere = made && !strip.getKey().equals("gradient");
                return Optional.of(new NonFinite(tensor, strip.getKey(), position, value, madeHere));
            }
        }
        return Optional.empty();
    }
}
