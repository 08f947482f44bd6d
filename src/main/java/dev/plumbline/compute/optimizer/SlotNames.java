package dev.plumbline.compute.optimizer;

import static java.util.Map.entry;

import java.util.Map;

/** What PyTorch, and libraries after it, call the moments of an optimizer in its {@code state_dict()}. */
public final class SlotNames {

    private static final Map<String, String> PYTORCH = Map.ofEntries(
            entry("exp_avg", "m"),
            entry("exp_avg_sq", "v"),
            entry("max_exp_avg_sq", "vMax"),
            entry("exp_avg_var", "s"),
            entry("exp_inf", "u"),
            entry("momentum_buffer", "momentum"),
            entry("square_avg", "v"),
            entry("grad_avg", "mean"),
            entry("acc_delta", "u"),
            entry("row_var", "row"),
            entry("col_var", "column"),
            entry("exp_avg_sq_row", "row"),
            entry("exp_avg_sq_col", "column"),
            entry("variance", "v"),
            entry("prev", "previous"),
            entry("step_size", "size"),
            entry("ax", "average"));

    private SlotNames() {}

    /** The name of {@link Slot#name}; the same where it is none of PyTorch's. */
    public static String ours(String name) {
        return PYTORCH.getOrDefault(name, name);
    }
}
