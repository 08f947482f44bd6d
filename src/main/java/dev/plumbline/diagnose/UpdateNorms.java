package dev.plumbline.diagnose;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.compute.optimizer.OptimizerStep;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How far the first step of the optimizer at hand would move each parameter. */
final class UpdateNorms {

    private UpdateNorms() {}

    /** Empty without an optimizer, without all parameters, or where the step is refused for non-finite numbers. */
    static Map<String, Double> of(
            @Nullable OptimizerSource source, Map<String, Tensor> parameters, Map<String, Tensor> gradients) {
        if (source == null) {
            return Map.of();
        }
        Optimizer optimizer = read(source);
        if (!parameters.keySet().containsAll(gradients.keySet())) {
            return Map.of();
        }
        Map<String, Tensor> before = new LinkedHashMap<>();
        Map<String, Tensor> slopes = new LinkedHashMap<>();
        gradients.forEach((name, gradient) -> {
            before.put(name, Objects.requireNonNull(parameters.get(name)).as(Datatype.FP64));
            slopes.put(name, gradient.as(Datatype.FP64));
        });
        OptimizerStep step = optimizer.step(OptimizerState.INITIAL, before, slopes);
        Map<String, Double> norms = new HashMap<>();
        step.updates().forEach((name, update) -> norms.put(name, update.norm()));
        return norms;
    }

    private static Optimizer read(OptimizerSource source) {
        try {
            return source.optimizer();
        } catch (Problem problem) {
            throw problem.within("/optimizer");
        }
    }
}
