package dev.plumbline.compute.health;

import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The step that an optimizer takes from the point.
 *
 * @param learningRate as it was stated; null where it was left to the optimizer's default
 * @param updates by parameter, what is added to it
 */
public record FirstStep(@Nullable Double learningRate, Map<String, Tensor> updates) {

    /** The updates' norms by parameter. */
    public Map<String, Double> norms() {
        Map<String, Double> norms = new LinkedHashMap<>();
        updates.forEach((name, update) -> norms.put(name, update.norm()));
        return norms;
    }
}
