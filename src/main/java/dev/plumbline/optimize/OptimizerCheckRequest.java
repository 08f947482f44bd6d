package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.HyperParameters;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.compute.optimizer.check.Circumstances;
import dev.plumbline.compute.optimizer.check.Claim;
import dev.plumbline.compute.optimizer.check.Group;
import dev.plumbline.compute.optimizer.check.ObservedStep;
import dev.plumbline.compute.optimizer.check.OptimizerCheck;
import dev.plumbline.compute.optimizer.check.Said;
import dev.plumbline.compute.optimizer.schedule.Schedule;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Steps that somebody took.
 *
 * @param optimizer as far as it is known; without a learning rate that is fitted; null if nothing is known
 * @param state before the first of the steps; null if that was the very first of a training; slots may have PyTorch's names
 * @param steps in order, without gaps; two or three tell more than one
 * @param schedule of the learning rate, which is the optimizer's then; none, or step by step
 * @param clipping of the gradients, once they are divided by the loss scale; none
 * @param lossScale by which all gradients are too large; 1
 * @param groups of parameters with hyper-parameters of their own
 * @param maximize whether the steps should go uphill; false
 */
public record OptimizerCheckRequest(
        @Nullable OptimizerSource optimizer,
        @Nullable CheckStateSource state,
        List<Step> steps,
        @Nullable TrainingRunSchedule schedule,
        @Nullable ClippingSource clipping,
        @Nullable Double lossScale,
        @Nullable List<GroupSource> groups,
        @Nullable Boolean maximize) {

    /**
     * Parameters before and after, and the gradients between.
     *
     * @param state before this step, if it does not go on from the step before
     * @param learningRate of this step, as a schedule had it
     * @param lossScale of this step's gradients
     */
    public record Step(
            Map<String, Tensor> before,
            Map<String, Tensor> gradients,
            Map<String, Tensor> after,
            @Nullable CheckStateSource state,
            @Nullable Double learningRate,
            @Nullable Double lossScale) {

        /** The same by the names of the first parameters. */
        private Step by(ParameterNames names, String place) {
            return new Step(
                    names.of(before, place + "/before"),
                    names.of(gradients, place + "/gradients"),
                    names.of(after, place + "/after"),
                    state,
                    learningRate,
                    lossScale);
        }
    }

    /**
     * Parameters that are stepped otherwise.
     *
     * @param names of the parameters
     * @param hyperParameters that differ from the optimizer's, as they stand in {@code optimizer}
     */
    public record GroupSource(List<String> names, Map<String, Object> hyperParameters) {}

    OptimizerCheck check() {
        if (steps.isEmpty()) {
            throw Problem.invalid("/steps", "there is no step to check", "none", "1 or more");
        }
        List<ObservedStep> observed = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            observed.add(observed(i));
        }
        return new OptimizerCheck(claim(), observed);
    }

    private List<String> names() {
        return List.copyOf(steps.get(0).before().keySet());
    }

    private Claim claim() {
        ReadState read = ReadState.of(state, names(), "/state");
        Optimizer claimed = null;
        Set<String> given = new LinkedHashSet<>();
        if (optimizer != null) {
            claimed = read.completed(
                    OptimizerStepRequest.resolved(optimizer), optimizer.given().keySet());
            given.addAll(optimizer.given().keySet());
            given.addAll(read.said());
        }
        boolean rateKnown = given.contains("learningRate");
        Double first = steps.get(0).learningRate();
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
                read.state(),
                new Circumstances(
                        course(),
                        ClippingSource.clipping(clipping),
                        groups(descent, read),
                        read.counts(),
                        maximizes,
                        optimizer == null ? null : given));
    }

    private @Nullable Schedule course() {
        try {
            return schedule == null ? null : schedule.schedule(0);
        } catch (Problem problem) {
            throw problem.within("/schedule");
        }
    }

    private List<Group> groups(@Nullable Optimizer claimed, ReadState read) {
        List<Group> all = new ArrayList<>(claimed == null ? List.of() : read.groups(claimed));
        List<GroupSource> own = groups == null ? List.of() : groups;
        for (int i = 0; i < own.size(); i++) {
            String pointer = Problem.pointer("groups", i);
            if (claimed == null) {
                throw Problem.invalid(
                        pointer, "a group differs from an optimizer, and there is none", "nothing", "optimizer");
            }
            GroupSource group = own.get(i);
            for (String name : group.names()) {
                if (!steps.get(0).before().containsKey(name)) {
                    throw Problem.invalid(pointer + "/names", "there is no parameter of that name", name, names());
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

    private ObservedStep observed(int position) {
        String pointer = Problem.pointer("steps", position);
        Map<String, Shape> expected = shapes(steps.get(0).before());
        Step step = steps.get(position).by(ParameterNames.of(expected.keySet()), pointer);
        requireSteppable(pointer + "/before", step.before());
        require(pointer + "/before", step.before(), expected);
        require(pointer + "/gradients", step.gradients(), expected);
        require(pointer + "/after", step.after(), expected);
        return new ObservedStep(step.before(), step.gradients(), step.after(), said(step, pointer));
    }

    private Said said(Step step, String pointer) {
        Double own = step.lossScale() == null ? lossScale : step.lossScale();
        double scale = own == null ? 1 : own;
        if (!(scale > 0) || Double.isInfinite(scale)) {
            String at = step.lossScale() == null ? "" : pointer;
            throw Problem.invalid(at + "/lossScale", "gradients cannot be divided by it", scale, "a number above 0");
        }
        double rate = step.learningRate() == null ? Double.NaN : step.learningRate();
        if (rate < 0 || Double.isInfinite(rate)) {
            throw Problem.invalid(
                    pointer + "/learningRate", "this is no learning rate", rate, "a finite number, 0 or more");
        }
        OptimizerState before = step.state() == null
                ? null
                : ReadState.of(step.state(), names(), pointer + "/state").state();
        return new Said(before, rate, scale);
    }

    private static void requireSteppable(String pointer, Map<String, Tensor> parameters) {
        if (parameters.values().stream().mapToInt(Tensor::size).sum() == 0) {
            throw Problem.invalid(pointer, "there is no parameter that could move", parameters.keySet(), "1 or more");
        }
        parameters.forEach((name, parameter) -> {
            if (parameter.datatype() != Datatype.FP64 && parameter.datatype() != Datatype.FP32) {
                throw Problem.unsupported(
                        pointer + Problem.pointer(name),
                        "optimizers step in FP32 or FP64: rounding to less hides what they do",
                        parameter.datatype(),
                        "FP32 or FP64");
            }
        });
    }

    /** Every step is of the same parameters, before and after, with a gradient for each. */
    private static void require(String pointer, Map<String, Tensor> tensors, Map<String, Shape> expected) {
        Map<String, Shape> got = shapes(tensors);
        if (!got.equals(expected)) {
            throw Problem.invalid(pointer, "names and shapes are not those of the first parameters", got, expected);
        }
    }

    static Map<String, Shape> shapes(Map<String, Tensor> tensors) {
        Map<String, Shape> shapes = new TreeMap<>();
        tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }
}
