package dev.plumbline.compute.optimizer.check;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.compute.optimizer.OptimizerStep;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes the observed steps again, as a hypothesis has it, each from the observed parameters. */
record Replay(List<ObservedStep> steps, @Nullable OptimizerState start) {

    /**
     * The parameters after each step, up to the first that is off by more than {@code ulps}; nothing if the state given is
     * not of this optimizer, or a step cannot be taken.
     */
    Optional<List<Map<String, Tensor>>> run(Hypothesis hypothesis, double ulps) {
        Optional<OptimizerState> initial = initial(hypothesis.optimizer());
        if (initial.isEmpty()) {
            return Optional.empty();
        }
        OptimizerState state = initial.get();
        List<Map<String, Tensor>> predicted = new ArrayList<>();
        for (ObservedStep observed : steps) {
            long t = state.step() + 1;
            Optimizer optimizer =
                    scaled(hypothesis.optimizer(), hypothesis.rateFactor().applyAsDouble(t));
            OptimizerState used = hypothesis.forgetful() ? OptimizerState.initial(optimizer, observed.before()) : state;
            OptimizerStep step = optimizer.step(
                    new OptimizerState(hypothesis.clock().applyAsLong(t) - 1, used.slots()),
                    observed.before(),
                    hypothesis.uphill() ? negated(observed.gradients()) : observed.gradients());
            if (!step.taken()) {
                return Optional.empty();
            }
            predicted.add(step.parameters());
            if (Disagreement.ulps(observed, step.parameters()) > ulps) {
                break;
            }
            state = new OptimizerState(t, step.state().slots());
        }
        return Optional.of(predicted);
    }

    /** The same steps in float64 throughout: what a learning rate is fitted in, lest small steps be lost to rounding. */
    Replay wide() {
        OptimizerState wideStart = start == null ? null : new OptimizerState(start.step(), wideSlots(start.slots()));
        List<ObservedStep> wideSteps = steps.stream()
                .map(step -> new ObservedStep(wide(step.before()), wide(step.gradients()), wide(step.after())))
                .toList();
        return new Replay(wideSteps, wideStart);
    }

    private static Map<String, Map<String, Tensor>> wideSlots(Map<String, Map<String, Tensor>> slots) {
        Map<String, Map<String, Tensor>> wide = new LinkedHashMap<>();
        slots.forEach((slot, moments) -> wide.put(slot, wide(moments)));
        return wide;
    }

    private static Map<String, Tensor> wide(Map<String, Tensor> tensors) {
        Map<String, Tensor> wide = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> wide.put(name, Tensor.of(tensor.shape(), tensor.values())));
        return wide;
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

    /** Another learning rate, and the decay that is multiplied by it as it was. */
    private static Optimizer scaled(Optimizer optimizer, double factor) {
        if (factor == 1) {
            return optimizer;
        }
        Optimizer scaled = optimizer.withLearningRate(optimizer.learningRate() * factor);
        WeightDecay decay = optimizer.weightDecay();
        return decay.kind() != WeightDecay.Kind.DECOUPLED
                ? scaled
                : HyperParameters.with(scaled, Map.of("weightDecay", WeightDecay.decoupled(decay.rate() / factor)));
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
