package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Slot;
import dev.plumbline.compute.optimizer.SlotNames;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.TensorSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A state that came with a claim, held against the parameters before any step is taken again. */
record ClaimedState<T extends TensorSource>(
        long step, Map<String, ? extends Map<String, T>> given, Map<String, ? extends TensorSource> parameters) {

    private static final Shape ANY = Shape.of(2, 3);

    /** The form of every slot: the parameter's own where any optimizer has it so. */
    private static final Map<String, Slot.Form> KNOWN = Candidates.all(Momenta.ofFirstStep()).stream()
            .flatMap(optimizer -> optimizer.slots().stream())
            .collect(Collectors.toMap(
                    Slot::name, Slot::form, (one, other) -> keepsAny(other) ? other : one, TreeMap::new));

    private static boolean keepsAny(Slot.Form form) {
        @Nullable Shape own = form.of(ANY);
        return own != null && own.equals(ANY);
    }

    /** The slots under our names, with all that {@code claimed} needs; without a claim any slots will do. */
    Map<String, Map<String, T>> of(@Nullable Optimizer claimed) {
        if (step < 0) {
            throw Problem.invalid("/state/step", "the step count is negative", step, "0 or more");
        }
        List<String> needed = claimed == null
                ? List.of()
                : claimed.slots().stream().map(Slot::name).toList();
        Map<String, Map<String, T>> slots = new LinkedHashMap<>();
        given.forEach((name, moments) -> {
            String ours = SlotNames.ours(name);
            if (!KNOWN.containsKey(ours)) {
                throw Problem.invalid(
                        Problem.pointer("state", "slots", name),
                        "no optimizer keeps a moment of that name",
                        name,
                        needed.isEmpty() ? KNOWN.keySet() : needed);
            }
            requireMoments(name, moments, form(ours, claimed));
            slots.put(ours, moments);
        });
        boolean fresh = step == 0 && slots.isEmpty();
        if (!fresh && !slots.keySet().containsAll(needed)) {
            throw Problem.invalid(
                    "/state/slots", "the optimizer cannot go on without all its moments", given.keySet(), needed);
        }
        return slots;
    }

    /** That of any optimizer, where nobody says whose slot it is. */
    private static Slot.Form form(String name, @Nullable Optimizer claimed) {
        Slot.Form usual = requireNonNull(KNOWN.get(name));
        return claimed == null
                ? usual
                : claimed.slots().stream()
                        .filter(slot -> slot.name().equals(name))
                        .findFirst()
                        .map(Slot::form)
                        .orElse(usual);
    }

    private void requireMoments(String slot, Map<String, T> moments, Slot.Form form) {
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
            T moment = moments.get(name);
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
