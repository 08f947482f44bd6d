package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer's state as an earlier answer held it.
 *
 * @param step steps taken so far
 * @param slots slot name, then parameter name, to moment; may come as a file beside the request
 */
public record StateSource(long step, @Nullable Map<String, Map<String, Tensor>> slots) {

    public static OptimizerState state(@Nullable StateSource source) {
        if (source == null) {
            return OptimizerState.INITIAL;
        }
        Checkpoint.requireStep(source.step());
        return new OptimizerState(source.step(), source.slots() == null ? Map.of() : source.slots());
    }
}
