package dev.plumbline.compute.health;

import dev.plumbline.compute.program.Objective;
import dev.plumbline.compute.program.Ray;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a first step u does to the loss: its slope {@code g'u} and its curvature {@code u'Hu} along it, both exact, out of
 * one pass of forward mode to third order, and its value before and behind.
 *
 * @param learningRate as it was stated; null where it was left to the optimizer's default
 */
record MeasuredStep(@Nullable Double learningRate, double slope, double curvature, double before, double behind) {

    /** Null without a model, or without a step from it. */
    static @Nullable MeasuredStep of(Condition condition) {
        Objective objective = condition.around().objective();
        FirstStep step = condition.around().step();
        if (objective == null || step == null || step.updates().isEmpty()) {
            return null;
        }
        Ray ray = Ray.of(objective, step.updates(), Ray.GERM, Ray.Ground.UNKNOWN);
        return new MeasuredStep(
                step.learningRate(), ray.slope(), ray.curvature(), objective.value(), valueBehind(objective, step));
    }

    private static double valueBehind(Objective objective, FirstStep step) {
        Map<String, Tensor> behind = new LinkedHashMap<>();
        step.updates().forEach((name, update) -> {
            double[] values = objective.parameter(name).values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] += update.at(i);
            }
            behind.put(name, Tensor.of(update.shape(), values));
        });
        return objective.valueWith(behind);
    }

    /** Over the step that takes the loss lowest by slope and curvature; only where the one falls and the other rises. */
    double length() {
        return curvature / -slope;
    }

    boolean isBounded() {
        return slope < 0 && curvature > 0;
    }

    /** A loss behind that is not a number has risen, too. */
    boolean rises() {
        return !(behind <= before);
    }
}
