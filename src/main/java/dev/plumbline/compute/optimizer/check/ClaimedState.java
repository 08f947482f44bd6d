package dev.plumbline.compute.optimizer.check;

import static java.util.Map.entry;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.compute.optimizer.Slot;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A state that came with a claim, held against the parameters before any step is taken again. */
record ClaimedState(OptimizerState state, Map<String, Tensor> parameters) {

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

    private static final Set<String> KNOWN = Candidates.all(Momenta.ofFirstStep()).stream()
            .flatMap(optimizer -> optimizer.slots().stream())
            .map(Slot::name)
            .collect(Collectors.toCollection(TreeSet::new));

    /** The state under our names, with all that {@code claimed} needs; without a claim any slots will do. */
    OptimizerState of(@Nullable Optimizer claimed) {
        if (state.step() < 0) {
            throw Problem.invalid("/state/step", "the step count is negative", state.step(), "0 or more");
        }
        List<String> needed = claimed == null
                ? List.of()
                : claimed.slots().stream().map(Slot::name).toList();
        Map<String, Map<String, Tensor>> slots = new LinkedHashMap<>();
        state.slots().forEach((name, moments) -> {
            String ours = PYTORCH.getOrDefault(name, name);
            if (!KNOWN.contains(ours)) {
                throw Problem.invalid(
                        Problem.pointer("state", "slots", name),
                        "no optimizer keeps a moment of that name",
                        name,
                        needed.isEmpty() ? KNOWN : needed);
            }
            requireMoments(name, moments, form(ours, claimed));
            slots.put(ours, moments);
        });
        boolean fresh = state.step() == 0 && slots.isEmpty();
        if (!fresh && !slots.keySet().containsAll(needed)) {
            throw Problem.invalid(
                    "/state/slots",
                    "the optimizer cannot go on without all its moments",
                    state.slots().keySet(),
                    needed);
        }
        return new OptimizerState(state.step(), slots);
    }

    /** The parameter's own shape, where nobody says whose slot it is. */
    private static Slot.Form form(String name, @Nullable Optimizer claimed) {
        return claimed == null
                ? parameter -> parameter
                : claimed.slots().stream()
                        .filter(slot -> slot.name().equals(name))
                        .findFirst()
                        .map(Slot::form)
                        .orElse(parameter -> parameter);
    }

    private void requireMoments(String slot, Map<String, Tensor> moments, Slot.Form form) {
        for (String name : moments.keySet()) {
            if (!parameters.containsKey(name)) {
                throw Problem.invalid(
                        Problem.pointer("state", "slots", slot, name),
                        "there is no parameter of that name",
                        name,
                        parameters.keySet());
            }
        }
        parameters.forEach((name, parameter) -> {
            Tensor moment = moments.get(name);
            Shape expected = form.of(parameter.shape());
            if (expected != null && (moment == null || !moment.shape().equals(expected))) {
                throw Problem.invalid(
                        Problem.pointer("state", "slots", slot, name),
                        "every parameter needs a moment of its shape",
                        moment == null ? "nothing" : moment.shape(),
                        expected);
            }
        });
    }
}
