package dev.plumbline.compute.optimizer.step;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Slot;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an optimizer knows between two steps.
 *
 * @param step steps taken so far; 0 before the first
 * @param slots slot name, then parameter name, to moment; empty before the first step
 */
public record OptimizerState(long step, Map<String, Map<String, Tensor>> slots) {

    /** Before the first step of any optimizer: the slots are made by it. */
    public static final OptimizerState INITIAL = new OptimizerState(0, Map.of());

    /** Before the first step of this optimizer, its slots written out. */
    public static OptimizerState initial(Optimizer optimizer, Map<String, Tensor> parameters) {
        Map<String, Map<String, Tensor>> slots = new LinkedHashMap<>();
        for (Slot slot : optimizer.slots()) {
            Map<String, Tensor> moments = new LinkedHashMap<>();
            parameters.forEach((name, parameter) -> {
                Tensor fresh = slot.fresh(parameter);
                if (fresh != null) {
                    moments.put(name, fresh);
                }
            });
            slots.put(slot.name(), moments);
        }
        return new OptimizerState(0, slots);
    }
}
