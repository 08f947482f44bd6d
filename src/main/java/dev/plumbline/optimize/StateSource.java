package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.SlotNames;
import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer's state as an earlier answer held it.
 *
 * @param step steps taken so far
 * @param slots slot name, ours or PyTorch's, then parameter name, to moment; may come as a file beside the request
 */
public record StateSource(long step, @Nullable Map<String, Map<String, Tensor>> slots) {

    public static OptimizerState state(@Nullable StateSource source) {
        if (source == null) {
            return OptimizerState.INITIAL;
        }
        Checkpoint.requireStep(source.step());
        Map<String, Map<String, Tensor>> given = source.slots() == null ? Map.of() : source.slots();
        Map<String, Map<String, Tensor>> ours = new LinkedHashMap<>();
        given.forEach((name, moments) -> {
            if (ours.putIfAbsent(SlotNames.ours(name), moments) != null) {
                throw Problem.invalid(
                        Problem.pointer("state", "slots", name),
                        "this moment came twice",
                        given.keySet(),
                        "one of " + name + " and " + SlotNames.ours(name));
            }
        });
        return new OptimizerState(source.step(), ours);
    }
}
