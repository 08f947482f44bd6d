package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Evaluation;
import dev.plumbline.compute.program.Layer;
import dev.plumbline.compute.program.Objective;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands around a gradient: the graph and the data that it came from, and what is done with it.
 *
 * @param objective null where there is no model, as is {@code gradient}
 * @param gradient the model's own reverse pass
 * @param layers as the graph shows them
 * @param step null where no optimizer was named
 * @param inFloat16 the gradients that the pipeline computes in float16, by parameter, as they are without its rounding;
 *     empty where it uses another type, or where only the rounded ones are known
 */
public record Surroundings(
        @Nullable Objective objective,
        Evaluation.@Nullable Gradient gradient,
        List<Layer> layers,
        @Nullable FirstStep step,
        Map<String, Tensor> inFloat16) {

    static final Surroundings UNKNOWN = new Surroundings(null, null, List.of(), null, Map.of());

    static final String NO_MODEL = "this rule looks at the model and its data, and there is no model";

    Surroundings with(@Nullable FirstStep other, Map<String, Tensor> halves) {
        return new Surroundings(objective, gradient, layers, other, halves);
    }
}
