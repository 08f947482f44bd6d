package dev.plumbline.compute.optimizer;

import dev.plumbline.tensor.Tensor;
import java.util.Map;

/**
 * What an optimizer knows between two steps.
 *
 * @param step steps taken so far; 0 before the first
 * @param slots slot name, then parameter name, to moment; empty before the first step
 */
public record OptimizerState(long step, Map<String, Map<String, Tensor>> slots) {

    public static final OptimizerState INITIAL = new OptimizerState(0, Map.of());
}
