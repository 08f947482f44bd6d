package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters and moments under flat names, as one file holds them: parameters are {@code p/<name>}, moments {@code
 * s/<slot>/<name>}. A name may itself contain slashes; a slot's does not.
 */
record StepFile(Map<String, Tensor> parameters, Map<String, Map<String, Tensor>> slots) {

    private static final String PARAMETER = "p/";
    private static final String MOMENT = "s/";

    static StepFile of(Map<String, Tensor> parameters, OptimizerState state) {
        return new StepFile(parameters, state.slots());
    }

    /** From tensors of which every name has one of the two forms. */
    static StepFile read(Map<String, Tensor> tensors) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        Map<String, Map<String, Tensor>> slots = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            int slash = name.indexOf('/', MOMENT.length());
            if (name.startsWith(PARAMETER)) {
                parameters.put(name.substring(PARAMETER.length()), tensor);
            } else if (name.startsWith(MOMENT) && slash > 0) {
                slots.computeIfAbsent(name.substring(MOMENT.length(), slash), slot -> new LinkedHashMap<>())
                        .put(name.substring(slash + 1), tensor);
            } else {
                throw Problem.invalid(
                        Problem.pointer(name), "the name has not the form of a state", name, "s/<slot>/<name>");
            }
        });
        return new StepFile(parameters, slots);
    }

    /** Whether these tensors are an answer of ours that comes back, and not a caller's own file of parameters. */
    static boolean looksLike(Map<String, Tensor> tensors) {
        return tensors.keySet().stream().anyMatch(name -> name.startsWith(PARAMETER))
                && tensors.keySet().stream().allMatch(name -> name.startsWith(PARAMETER) || name.startsWith(MOMENT));
    }

    Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        parameters.forEach((name, tensor) -> tensors.put(PARAMETER + name, tensor));
        slots.forEach(
                (slot, moments) -> moments.forEach((name, tensor) -> tensors.put(MOMENT + slot + "/" + name, tensor)));
        return tensors;
    }
}
