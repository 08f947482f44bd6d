package dev.plumbline.optimize;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer's state, as an answer here held it ({@code step} and {@code slots}), or PyTorch's {@code
 * optimizer.state_dict()} as it is ({@code state} and {@code param_groups}), its tensors as lists.
 *
 * @param step steps taken so far; 0 where it is not said. Beside {@code state}, or a file of PyTorch's, it is what PyTorch's
 *     SGD does not keep, and a schedule needs
 * @param slots slot name, then parameter name, to moment; slots may have PyTorch's names
 * @param steps steps taken so far, of parameters that have taken another number
 * @param state by PyTorch: position of the parameter, then the name of what is kept of it; what is null is not kept
 * @param paramGroups by PyTorch: hyper-parameters, and {@code params}, the positions of their parameters
 */
public record CheckStateSource(
        @Nullable Long step,
        @Nullable Map<String, Map<String, Tensor>> slots,
        @Nullable Map<String, Long> steps,
        @Nullable Map<String, @Nullable Map<String, @Nullable Tensor>> state,
        @JsonProperty("param_groups") @Nullable List<Map<String, Object>> paramGroups) {

    /** Whether it says how many steps were taken, and nothing else. */
    public boolean onlyCounts() {
        return step != null && slots == null && steps == null && state == null && paramGroups == null;
    }

    /** In the groups, and of the groups. */
    public int positions() {
        return paramGroups == null
                ? 0
                : paramGroups.stream()
                        .mapToInt(group -> 1 + (group.get("params") instanceof List<?> params ? params.size() : 0))
                        .sum();
    }
}
