package dev.plumbline.diagnose;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.compute.optimizer.OptimizerStep;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.problem.Problem;
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
            @Nullable Map<String, Object> optimizer, Map<String, Tensor> parameters, Map<String, Tensor> gradients) {
        if (optimizer == null) {
            return Map.of();
        }
        Optimizer chosen = read(optimizer);
        if (!parameters.keySet().containsAll(gradients.keySet())) {
            return Map.of();
        }
        Map<String, Tensor> before = new LinkedHashMap<>();
        Map<String, Tensor> slopes = new LinkedHashMap<>();
        gradients.forEach((name, gradient) -> {
            before.put(name, Objects.requireNonNull(parameters.get(name)).as(Datatype.FP64));
            slopes.put(name, gradient.as(Datatype.FP64));
        });
        OptimizerStep step = chosen.step(OptimizerState.INITIAL, before, slopes);
        Map<String, Double> norms = new HashMap<>();
        step.updates().forEach((name, update) -> norms.put(name, update.norm()));
        return norms;
    }

    private static Optimizer read(Map<String, Object> given) {
        Map<String, Object> rest = new LinkedHashMap<>(given);
        Object kind = rest.remove("kind");
        Object preset = rest.remove("preset");
        if (!(kind instanceof String)) {
            throw Problem.invalid("/optimizer/kind", "the optimizer has no kind", kind, "adam, sgd, ...");
        }
        if (preset != null && !(preset instanceof String)) {
            throw Problem.invalid("/optimizer/preset", "not a preset", preset, "pytorch, optax, keras or nd4j");
        }
        try {
            Optimizer optimizer = Kind.named((String) kind).preset(preset((String) preset));
            return HyperParameters.with(optimizer, rest);
        } catch (Problem problem) {
            throw problem.within("/optimizer");
        }
    }

    private static Preset preset(@Nullable String name) {
        if (name == null) {
            return Preset.PYTORCH;
        }
        for (Preset preset : Preset.values()) {
            if (preset.name().equalsIgnoreCase(name)) {
                return preset;
            }
        }
        throw Problem.invalid("/preset", "no such preset", name, "pytorch, optax, keras or nd4j");
    }
}
