package dev.plumbline.optimize.session;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Slot;
import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.optimize.StepFile;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorLimits;
import java.util.Map;

/** What parameters and a state must be for a session to begin with them: what can never take a step does not become one. */
record SessionStart(Optimizer optimizer, Map<String, Tensor> parameters, OptimizerState state) {

    void require() {
        parameters.keySet().forEach(this::requireName);
        new TensorStep(optimizer).requireForms(new Checkpoint(state.step(), parameters, state.slots()));
        parameters.forEach((name, tensor) -> requireFinite(Problem.pointer("parameters", name), tensor));
        state.slots()
                .forEach((slot, moments) -> moments.forEach(
                        (name, tensor) -> requireFinite(Problem.pointer("state", "slots", slot, name), tensor)));
    }

    /** In the files of a {@link StepFile} a moment's name is longer than its parameter's. */
    private void requireName(String name) {
        int prefix = optimizer.slots().stream()
                .map(Slot::name)
                .mapToInt(slot -> StepFile.momentName(slot, "").length())
                .max()
                .orElse(StepFile.parameterName("").length());
        int longest = TensorLimits.NAME_LENGTH - prefix;
        if (name.length() > longest) {
            throw Problem.limit(
                    Problem.pointer("parameters", name),
                    "the name is too long to be kept with its moments",
                    name.length() + " characters",
                    "at most " + longest + " characters");
        }
    }

    private static void requireFinite(String pointer, Tensor tensor) {
        for (int i = 0; i < tensor.size(); i++) {
            if (!Double.isFinite(tensor.at(i))) {
                throw Problem.invalid(
                        pointer,
                        "a session cannot begin with numbers that are not finite",
                        tensor.at(i) + " at position " + i + ", row by row",
                        "finite numbers");
            }
        }
    }
}
