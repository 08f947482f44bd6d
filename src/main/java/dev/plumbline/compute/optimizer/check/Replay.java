package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Slot;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes the observed steps again, as a hypothesis has it, each from the observed parameters. The tensors are stepped part by
 * part, where they differ in their groups or in their count of steps.
 *
 * @param steps with the gradients that the optimizer saw
 * @param profile of learning rates and momenta, as is claimed
 * @param still whether no parameter moved, step by step; {@code steps} may be pieces of steps
 */
record Replay(
        List<ObservedStep> steps, @Nullable OptimizerState start, Parts parts, Profile profile, List<Boolean> still) {

    /**
     * The parameters after each step, up to the first that is off by more than {@code ulps}; nothing if the state given is
     * not of this optimizer, or a step cannot be taken.
     */
    Optional<List<Map<String, Tensor>>> run(Hypothesis hypothesis, double ulps) {
        try {
            return new Run(hypothesis).take(ulps);
        } catch (Problem impossible) {
            return Optional.empty(); // a state of other shapes, or a rate out of bounds
        }
    }

    /** The same steps in float64 throughout: what a learning rate is fitted in, lest small steps be lost to rounding. */
    Replay wide() {
        OptimizerState wideStart = start == null ? null : wide(start);
        List<ObservedStep> wideSteps = steps.stream()
                .map(step -> new ObservedStep(
                        wide(step.before()), wide(step.gradients()), wide(step.after()), wide(step.said())))
                .toList();
        return new Replay(wideSteps, wideStart, parts, profile, still);
    }

    private static Said wide(Said said) {
        OptimizerState state = said.state();
        return state == null ? said : said.with(wide(state));
    }

    private static OptimizerState wide(OptimizerState state) {
        Map<String, Map<String, Tensor>> wide = new LinkedHashMap<>();
        state.slots().forEach((slot, moments) -> wide.put(slot, wide(moments)));
        return new OptimizerState(state.step(), wide);
    }

    private static Map<String, Tensor> wide(Map<String, Tensor> tensors) {
        Map<String, Tensor> wide = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> wide.put(name, Tensor.of(tensor.shape(), tensor.values())));
        return wide;
    }

    private static boolean isFresh(@Nullable OptimizerState state) {
        return state == null || (state.step() == 0 && state.slots().isEmpty());
    }

    /** The turn of a part in a step. */
    private record Turn(Parts.Part part, int place, int places, int step) {}

    /** One replay of all steps. */
    private final class Run {
        private final Hypothesis hypothesis;
        private final Manner manner;
        private Map<String, Map<String, Tensor>> slots;
        private long taken;

        Run(Hypothesis hypothesis) {
            this.hypothesis = hypothesis;
            this.manner = hypothesis.manner();
            this.slots = new LinkedHashMap<>();
        }

        Optional<List<Map<String, Tensor>>> take(double ulps) {
            if (!begin(start, steps.get(0), manner.driving().lost())) {
                return Optional.empty();
            }
            List<Map<String, Tensor>> predicted = new ArrayList<>();
            for (int k = 0; k < steps.size(); k++) {
                ObservedStep observed = steps.get(k);
                OptimizerState said = observed.said().state();
                if (said != null && !begin(said, observed, Driving.Lost.NOTHING)) {
                    return Optional.empty();
                }
                Map<String, Tensor> after =
                        manner.timing().skipping() && still.get(k) ? observed.before() : repeated(observed, k);
                if (after == null) {
                    return Optional.empty();
                }
                predicted.add(after);
                if (ulps < Double.POSITIVE_INFINITY && Disagreement.ulps(observed, after) > ulps) {
                    break;
                }
            }
            return Optional.of(predicted);
        }

        /** Rprop's steps begin as large as the learning rate of the first. */
        private boolean begin(@Nullable OptimizerState state, ObservedStep observed, Driving.Lost lost) {
            OptimizerState fresh = OptimizerState.initial(profile().first(hypothesis.optimizer()), observed.before());
            OptimizerState given = state == null || isFresh(state) ? fresh : state;
            if (!given.slots().keySet().containsAll(fresh.slots().keySet())) {
                return false;
            }
            slots = new LinkedHashMap<>((lost.moments() ? fresh : given).slots());
            slots.keySet().retainAll(fresh.slots().keySet());
            taken = lost.count() ? 0 : given.step();
            return true;
        }

        private Profile profile() {
            return requireNonNullElse(manner.profile(), profile);
        }

        private @Nullable Map<String, Tensor> repeated(ObservedStep observed, int k) {
            Map<String, Tensor> after = after(observed, k);
            for (int i = 1; i < manner.driving().repeats() && after != null; i++) {
                after = after(new ObservedStep(after, observed.gradients(), observed.after(), observed.said()), k);
            }
            return after;
        }

        private @Nullable Map<String, Tensor> after(ObservedStep observed, int k) {
            Map<String, Tensor> after = new LinkedHashMap<>();
            Map<String, Map<String, Tensor>> moments = new LinkedHashMap<>();
            slots.forEach((slot, kept) -> moments.put(slot, new LinkedHashMap<>(kept)));
            Parts grouped = manner.setting().grouping() == Manner.Grouping.ROTATED ? parts.rotated() : parts;
            List<Parts.Part> of = manner.timing().perTensor() ? grouped.single() : grouped.of();
            for (int place = 0; place < of.size(); place++) {
                if (of.get(place).names().stream().noneMatch(observed.before()::containsKey)) {
                    continue; // its tensors lie in other pieces
                }
                OptimizerState next = step(new Turn(of.get(place), place, of.size(), k), observed, after);
                if (next == null) {
                    return null;
                }
                next.slots().forEach((slot, tensors) -> moments.computeIfAbsent(slot, any -> new LinkedHashMap<>())
                        .putAll(tensors));
            }
            slots = moments;
            taken++;
            Map<String, Tensor> inOrder = new LinkedHashMap<>();
            observed.before()
                    .forEach((name, before) -> inOrder.put(
                            name,
                            manner.driving().unstepped().contains(name) ? before : requireNonNull(after.get(name))));
            return inOrder;
        }

        /** Puts the part's parameters into {@code after}; null where it cannot be stepped. */
        private @Nullable OptimizerState step(Turn turn, ObservedStep observed, Map<String, Tensor> after) {
            Parts.Part part = turn.part();
            int place = turn.place();
            int places = turn.places();
            int k = turn.step();
            long t = taken + part.ahead() + 1;
            Optimizer own = manner.setting().grouping() == Manner.Grouping.NONE
                    ? hypothesis.optimizer()
                    : part.of(hypothesis.optimizer(), manner.driving().ungrouped());
            Optimizer optimizer = scaled(profile().at(k, own), t);
            if (manner.equations().twist() == Manner.Twist.AT_BASE_RATE) {
                optimizer = decayedAtBaseRate(optimizer, profile().rates().get(k));
            }
            Map<String, Tensor> x = only(part, observed.before());
            Map<String, Tensor> g = only(part, observed.gradients());
            if (manner.equations().uphill()) {
                g.replaceAll((name, tensor) -> tensor.map(value -> -value));
            }
            Map<String, Map<String, Tensor>> kept = new LinkedHashMap<>();
            List<String> used = optimizer.slots().stream().map(Slot::name).toList();
            slots.forEach((slot, moments) -> {
                if (used.contains(slot)) { // not the buffer of a momentum that is 0 in this step
                    kept.put(slot, only(part, moments));
                }
            });
            OptimizerState state =
                    manner.equations().forgetful() ? OptimizerState.initial(optimizer, x) : new OptimizerState(t, kept);
            Manner.Timing timing = manner.timing();
            long clock = timing.clock().applyAsLong(timing.perTensor() ? (t - 1) * places + place + 1 : t);
            Misreading misreading = manner.equations().misreading();
            if (misreading != null) {
                boolean late = manner.equations().twist() == Manner.Twist.AFTER_THE_UPDATE;
                Optimizer adam = late ? bare(optimizer) : optimizer;
                OptimizerState next = misread(MisreadAdam.of(adam, misreading), clock, x, g, state, after);
                if (late) {
                    Map<String, Tensor> stepped = only(part, after);
                    after.putAll(plus(stepped, -decayed(optimizer), stepped));
                }
                return next;
            }
            OptimizerStep step = twisted(optimizer, new OptimizerState(clock - 1, state.slots()), x, g);
            if (!step.taken()) {
                return null;
            }
            after.putAll(step.parameters());
            return step.state();
        }

        private OptimizerState misread(
                MisreadAdam adam,
                long t,
                Map<String, Tensor> x,
                Map<String, Tensor> g,
                OptimizerState state,
                Map<String, Tensor> after) {
            Map<String, Map<String, Tensor>> moments =
                    Map.of("m", new LinkedHashMap<>(), adam.square(), new LinkedHashMap<>());
            x.forEach((name, tensor) -> {
                MisreadAdam.After step =
                        adam.step(t, tensor, requireNonNull(g.get(name)), MisreadAdam.moments(state.slots(), name));
                after.put(name, step.parameter());
                requireNonNull(moments.get("m")).put(name, step.mean());
                requireNonNull(moments.get(adam.square())).put(name, step.square());
            });
            return new OptimizerState(t, moments);
        }

        private OptimizerStep twisted(
                Optimizer optimizer, OptimizerState state, Map<String, Tensor> x, Map<String, Tensor> g) {
            Manner.Twist twist = manner.equations().twist();
            WeightDecay decay = optimizer.weightDecay();
            if (twist == null || twist == Manner.Twist.AT_BASE_RATE || decay.rate() == 0) {
                return new TensorStep(optimizer).take(state, x, g);
            }
            TensorStep bare = new TensorStep(bare(optimizer));
            boolean coupled = decay.kind() == WeightDecay.Kind.L2;
            double rate = decayed(optimizer);
            if (twist == Manner.Twist.NEGATIVE) {
                return coupled ? bare.take(state, x, plus(g, -rate, x)) : bare.take(state, plus(x, rate, x), g);
            }
            OptimizerStep step = bare.take(state, x, g);
            Map<String, Tensor> undecayed = step.parameters();
            Checkpoint after = step.after();
            Checkpoint decayed = new Checkpoint(after.step(), plus(undecayed, -rate, undecayed), after.slots());
            return new OptimizerStep(decayed, step.report());
        }

        private static Optimizer decayedAtBaseRate(Optimizer optimizer, double profiled) {
            WeightDecay decay = optimizer.weightDecay();
            return decay.kind() == WeightDecay.Kind.DECOUPLED && profiled > 0
                    ? HyperParameters.with(
                            optimizer, Map.of("weightDecay", WeightDecay.decoupled(decay.rate() / profiled)))
                    : optimizer;
        }

        private Optimizer bare(Optimizer optimizer) {
            return HyperParameters.with(optimizer, Map.of("weightDecay", WeightDecay.NONE));
        }

        /** What decay takes off a parameter, or puts into its gradient, per unit of it. */
        private double decayed(Optimizer optimizer) {
            WeightDecay decay = optimizer.weightDecay();
            return decay.kind() == WeightDecay.Kind.L2 ? decay.rate() : optimizer.learningRate() * decay.rate();
        }

        /** Another learning rate, and the decay that is multiplied by it as it was. */
        private Optimizer scaled(Optimizer optimizer, long t) {
            double factor = manner.timing().rateFactor().applyAsDouble(t);
            if (factor == 1) {
                return optimizer;
            }
            Optimizer scaled = optimizer.withLearningRate(optimizer.learningRate() * factor);
            WeightDecay decay = optimizer.weightDecay();
            return decay.kind() != WeightDecay.Kind.DECOUPLED
                    ? scaled
                    : HyperParameters.with(scaled, Map.of("weightDecay", WeightDecay.decoupled(decay.rate() / factor)));
        }
    }

    private static Map<String, Tensor> plus(Map<String, Tensor> tensors, double factor, Map<String, Tensor> others) {
        Map<String, Tensor> sums = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            Tensor other = requireNonNull(others.get(name));
            double[] values = new double[tensor.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.at(i) + factor * other.at(i);
            }
            sums.put(name, Tensor.of(tensor.shape(), values).as(tensor.datatype()));
        });
        return sums;
    }

    private static Map<String, Tensor> only(Parts.Part part, Map<String, Tensor> tensors) {
        Map<String, Tensor> own = new LinkedHashMap<>();
        for (String name : part.names()) {
            Tensor tensor = tensors.get(name);
            if (tensor != null) {
                own.put(name, tensor);
            }
        }
        return own;
    }
}
