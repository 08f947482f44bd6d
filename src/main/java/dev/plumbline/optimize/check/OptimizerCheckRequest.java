package dev.plumbline.optimize.check;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Kind;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.Preset;
import dev.plumbline.compute.optimizer.check.Circumstances;
import dev.plumbline.compute.optimizer.check.Circumstances.Open;
import dev.plumbline.compute.optimizer.check.Claim;
import dev.plumbline.compute.optimizer.check.Group;
import dev.plumbline.compute.optimizer.schedule.Constant;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.optimize.CheckStateSource;
import dev.plumbline.optimize.ClippingSource;
import dev.plumbline.optimize.ReadState;
import dev.plumbline.optimize.TensorwiseOptimizer;
import dev.plumbline.optimize.TrainingRunSchedule;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Steps that somebody took.
 *
 * @param optimizer as far as it is known; without a learning rate that is fitted; null if nothing is known
 * @param state before the first of the steps; null if that was the very first of a training; slots may have PyTorch's names
 * @param steps in order, without gaps; two or three tell more than one; the tensors of each may come in files beside the
 *     request
 * @param schedule of the learning rate, which is the optimizer's then; none, or step by step
 * @param clipping of the gradients, once they are divided by the loss scale; none
 * @param lossScale by which all gradients are too large; 1
 * @param groups of parameters with hyper-parameters of their own
 * @param maximize whether the steps should go uphill; false
 * @param parameterNames in the order in which the optimizer has them, for a state of PyTorch's, which knows positions; the order
 *     of the first parameters, which a safetensors file sorts
 */
public record OptimizerCheckRequest(
        @Nullable OptimizerSource optimizer,
        @Nullable CheckStateSource state,
        @Nullable List<Step> steps,
        @Nullable TrainingRunSchedule schedule,
        @Nullable ClippingSource clipping,
        @Nullable Double lossScale,
        @Nullable List<GroupSource> groups,
        @Nullable Boolean maximize,
        @Nullable List<String> parameterNames) {

    /**
     * Parameters before and after, and the gradients between.
     *
     * @param state before this step, if it does not go on from the step before
     * @param learningRate of this step, as a schedule had it
     * @param momentum of this step, or beta1, as a schedule had it
     * @param lossScale of this step's gradients
     */
    public record Step(
            @Nullable Map<String, Tensor> before,
            @Nullable Map<String, Tensor> gradients,
            @Nullable Map<String, Tensor> after,
            @Nullable CheckStateSource state,
            @Nullable Double learningRate,
            @Nullable Double momentum,
            @Nullable Double lossScale) {}

    /**
     * Parameters that are stepped otherwise.
     *
     * @param names of the parameters
     * @param hyperParameters that differ from the optimizer's, as they stand in {@code optimizer}
     */
    public record GroupSource(List<String> names, Map<String, Object> hyperParameters) {}

    List<Step> given() {
        return steps == null ? List.of() : steps;
    }

    /** Positions in PyTorch's groups, and the groups, of the state that has the most. */
    int positions() {
        return Stream.concat(
                        Stream.ofNullable(state), given().stream().flatMap(step -> Stream.ofNullable(step.state())))
                .mapToInt(CheckStateSource::positions)
                .max()
                .orElse(0);
    }

    /** Without its state. */
    Claim claim(ReadState start, List<String> names) {
        Schedule rates = course();
        ReadState read = rates == null || rates instanceof Constant ? start : start.beforeSchedule(rates);
        Schedule course = rates == null
                ? null
                : read.momenta().map(rates::cyclingMomentum).orElse(rates);
        Optimizer claimed = null;
        Set<String> given = new LinkedHashSet<>();
        if (optimizer != null) {
            claimed = read.completed(
                    TensorwiseOptimizer.of(optimizer), optimizer.given().keySet());
            given.addAll(optimizer.given().keySet());
            given.addAll(read.said());
            given.addAll(byPreset(claimed));
        }
        requireMomentum(claimed);
        boolean rateKnown = given.contains("learningRate");
        Double first = given().isEmpty() ? null : given().get(0).learningRate();
        if (claimed != null && !rateKnown && first != null && first > 0) {
            claimed = claimed.withLearningRate(first);
            rateKnown = true;
        }
        boolean maximizes = Boolean.TRUE.equals(maximize) || (claimed != null && claimed.maximizes());
        Optimizer descent =
                claimed == null ? null : HyperParameters.with(claimed, Map.of(HyperParameters.MAXIMIZE, false));
        return new Claim(
                descent,
                rateKnown,
                null,
                new Circumstances(
                        course,
                        ClippingSource.clipping(clipping),
                        groups(descent, read, names),
                        read.counts(),
                        maximizes,
                        optimizer == null ? null : given,
                        open(read)));
    }

    /** What neither the request nor PyTorch's state says. */
    private Set<Open> open(ReadState read) {
        Set<String> said = optimizer == null ? Set.of() : optimizer.given().keySet();
        Set<Open> open = EnumSet.noneOf(Open.class);
        if (!read.cyclesNoMomentum()) {
            open.add(Open.CYCLE);
        }
        if (read.isScheduled() && !said.contains("learningRate")) {
            open.add(Open.COURSE);
        }
        if (read.leavesDecayOpen() && !said.contains("weightDecay")) {
            open.add(Open.DECAY_KIND);
        }
        return open;
    }

    /** Where one is said step by step, or by the schedule. */
    private void requireMomentum(@Nullable Optimizer claimed) {
        if (claimed == null) {
            return;
        }
        for (int k = 0; k < given().size(); k++) {
            if (given().get(k).momentum() != null) {
                HyperParameters.requireMomentum(claimed, Problem.pointer("steps", k, "momentum"));
            }
        }
        try {
            if (schedule != null) {
                schedule.requireMomentum(claimed);
            }
        } catch (Problem problem) {
            throw problem.within("/schedule");
        }
    }

    /**
     * What a preset says that is stated: all but the learning rate, and, where it is PyTorch's, which of its versions' NAdam.
     */
    private Set<String> byPreset(Optimizer claimed) {
        Preset preset = optimizer == null ? null : optimizer.preset();
        if (preset == null) {
            return Set.of();
        }
        Set<String> said = new LinkedHashSet<>(HyperParameters.of(claimed).keySet());
        said.remove("learningRate");
        if (preset == Preset.PYTORCH && claimed.kind() == Kind.NADAM) {
            said.remove("momentum");
        }
        return said;
    }

    private @Nullable Schedule course() {
        try {
            return schedule == null ? null : schedule.schedule(0);
        } catch (Problem problem) {
            throw problem.within("/schedule");
        }
    }

    private List<Group> groups(@Nullable Optimizer claimed, ReadState read, List<String> names) {
        List<Group> all = new ArrayList<>(claimed == null ? List.of() : read.groups(claimed));
        List<GroupSource> own = groups == null ? List.of() : groups;
        Set<String> known = new HashSet<>(names);
        for (int i = 0; i < own.size(); i++) {
            String pointer = Problem.pointer("groups", i);
            if (claimed == null) {
                throw Problem.invalid(
                        pointer, "a group differs from an optimizer, and there is none", "nothing", "optimizer");
            }
            GroupSource group = own.get(i);
            for (String name : group.names()) {
                if (!known.contains(name)) {
                    throw Problem.invalid(pointer + "/names", "there is no parameter of that name", name, names);
                }
            }
            try {
                HyperParameters.with(claimed, group.hyperParameters());
            } catch (Problem problem) {
                throw problem.within(pointer + "/hyperParameters");
            }
            all.add(new Group(group.names(), group.hyperParameters()));
        }
        return all;
    }
}
