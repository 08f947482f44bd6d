package dev.plumbline.compute.optimizer.step;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters, and what an optimizer knows of them after some steps, wherever the tensors lie: in memory, or in a file from
 * which each is read once.
 *
 * @param step steps taken so far; 0 before the first
 * @param slots slot name, then parameter name, to moment; empty before the first step
 */
public record Checkpoint(
        long step,
        Map<String, ? extends TensorSource> parameters,
        Map<String, ? extends Map<String, ? extends TensorSource>> slots) {

    /** Beyond it not every whole number is a float64, in which bias corrections are computed. */
    private static final long MOST_STEPS = 1L << 53;

    /** Refuses what is no count of steps already taken. */
    public static void requireStep(long step) {
        requireStep(step, "/state/step");
    }

    public static void requireStep(long step, String pointer) {
        if (step < 0 || step >= MOST_STEPS) {
            throw Problem.invalid(pointer, "this is no step count", step, "0 or more, below 2^53");
        }
    }

    /** The parameters in memory. */
    public Map<String, Tensor> tensors() {
        return inMemory(parameters);
    }

    /** The state in memory. */
    public OptimizerState state() {
        Map<String, Map<String, Tensor>> moments = new LinkedHashMap<>();
        slots.forEach((slot, sources) -> moments.put(slot, inMemory(sources)));
        return new OptimizerState(step, moments);
    }

    private static Map<String, Tensor> inMemory(Map<String, ? extends TensorSource> sources) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        sources.forEach((name, source) -> tensors.put(name, source.tensor()));
        return tensors;
    }
}
