package dev.plumbline.diagnose;

import dev.plumbline.compute.health.FirstStep;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The first step of the optimizer at hand. */
final class FirstSteps {

    private FirstSteps() {}

    /** Null without an optimizer or without all parameters; no updates where non-finite numbers forbid the step. */
    static @Nullable FirstStep of(
            @Nullable OptimizerSource source, Map<String, Tensor> parameters, Map<String, Tensor> gradients) {
        if (source == null) {
            return null;
        }
        Optimizer optimizer = read(source);
        if (!parameters.keySet().containsAll(gradients.keySet())) {
            return null;
        }
        Map<String, Tensor> before = new LinkedHashMap<>();
        Map<String, Tensor> slopes = new LinkedHashMap<>();
        gradients.forEach((name, gradient) -> {
            before.put(name, Objects.requireNonNull(parameters.get(name)).as(Datatype.FP64));
            slopes.put(name, gradient.as(Datatype.FP64));
        });
        OptimizerStep step = new TensorStep(optimizer).take(OptimizerState.INITIAL, before, slopes);
        Map<String, Tensor> updates = new LinkedHashMap<>();
        if (step.taken()) {
            Map<String, Tensor> after = step.parameters();
            before.forEach((name, was) -> updates.put(name, difference(after.get(name), was)));
        }
        return new FirstStep(source.learningRate(), updates);
    }

    private static Tensor difference(@Nullable Tensor after, Tensor before) {
        double[] values = Objects.requireNonNull(after).values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] -= before.at(i);
        }
        return Tensor.of(before.shape(), values);
    }

    private static Optimizer read(OptimizerSource source) {
        try {
            return source.optimizer();
        } catch (Problem problem) {
            throw problem.within("/optimizer");
        }
    }
}
