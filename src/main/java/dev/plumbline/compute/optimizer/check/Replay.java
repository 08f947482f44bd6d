package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.compute.optimizer.OptimizerStep;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes the observed steps again, as a hypothesis has it, each from the observed parameters. */
record Replay(List<ObservedStep> steps, @Nullable OptimizerState start) {

    /** The parameters after each step; nothing if the state given is not of this optimizer, or a step cannot be taken. */
    Optional<List<Map<String, Tensor>>> run(Hypothesis hypothesis) {
        Optimizer optimizer = hypothesis.optimizer();
        Optional<OptimizerState> initial = initial(optimizer);
        if (initial.isEmpty()) {
            return Optional.empty();
        }
        OptimizerState state = initial.get();
        List<Map<String, Tensor>> predicted = new ArrayList<>();
        for (ObservedStep observed : steps) {
            long t = state.step() + 1;
            OptimizerState used = hypothesis.forgetful() ? OptimizerState.initial(optimizer, observed.before()) : state;
            OptimizerStep step = optimizer.step(
                    new OptimizerState(hypothesis.clock().applyAsLong(t) - 1, used.slots()),
                    observed.before(),
                    hypothesis.uphill() ? negated(observed.gradients()) : observed.gradients());
            if (!step.taken()) {
                return Optional.empty();
            }
            predicted.add(step.parameters());
            state = new OptimizerState(t, step.state().slots());
        }
        return Optional.of(predicted);
    }

    private Optional<OptimizerState> initial(Optimizer optimizer) {
        OptimizerState fresh = OptimizerState.initial(optimizer, steps.get(0).before());
        if (start == null || (start.step() == 0 && start.slots().isEmpty())) {
            return Optional.of(fresh);
        }
        if (!start.slots().keySet().containsAll(fresh.slots().keySet())) {
            return Optional.empty();
        }
        Map<String, Map<String, Tensor>> slots = new LinkedHashMap<>(start.slots());
        slots.keySet().retainAll(fresh.slots().keySet());
        return Optional.of(new OptimizerState(start.step(), slots));
    }

    private static Map<String, Tensor> negated(Map<String, Tensor> tensors) {
        Map<String, Tensor> negated = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            double[] values = tensor.map(value -> -value).values();
            negated.put(name, Tensor.of(tensor.shape(), tensor.datatype(), values));
        });
        return negated;
    }
}
