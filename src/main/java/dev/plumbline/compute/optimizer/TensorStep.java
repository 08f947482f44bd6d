package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.StepReport.Outcome;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A pure step: copies what comes in, and steps in place on the copies. */
record TensorStep(Optimizer optimizer, Clipping clipping) {

    OptimizerStep take(OptimizerState before, Map<String, Tensor> parameters, Map<String, Tensor> gradients) {
        checkNames(before, parameters, gradients);
        List<TensorArrays> arrays = new ArrayList<>();
        parameters.forEach((name, parameter) -> arrays.add(copy(name, parameter, gradients, before)));
        List<NonFinite> unusable = nonFinites(arrays, false);
        if (!unusable.isEmpty()) {
            double gradientNorm = norm(gradients);
            return new OptimizerStep(false, parameters, before, gradientNorm, 1, Map.of(), unusable);
        }
        StepReport report = new InPlaceStep(optimizer, clipping, true).take(before.step() + 1, arrays);
        if (report.outcome() != Outcome.TAKEN) {
            List<NonFinite> made = nonFinites(arrays, true);
            return new OptimizerStep(false, parameters, before, report.gradientNorm(), 1, Map.of(), made);
        }
        return new OptimizerStep(
                true,
                parametersAfter(arrays, parameters),
                stateAfter(arrays, parameters, before.step() + 1),
                report.gradientNorm(),
                report.clippedTo(),
                report.updates(),
                List.of());
    }

    private List<NonFinite> nonFinites(List<TensorArrays> arrays, boolean made) {
        return arrays.stream()
                .map(tensor -> tensor.firstNonFinite(optimizer.slots(), made))
                .flatMap(Optional::stream)
                .toList();
    }

    private static double norm(Map<String, Tensor> tensors) {
        return Tensor.vector(tensors.values().stream().mapToDouble(Tensor::norm).toArray())
                .norm();
    }

    private TensorArrays copy(String name, Tensor parameter, Map<String, Tensor> gradients, OptimizerState before) {
        Datatype datatype = parameter.datatype();
        if (datatype != Datatype.FP64 && datatype != Datatype.FP32) {
            throw Problem.unsupported(
                    "/parameters/" + name,
                    "a step smaller than the parameter's rounding would be lost: keep FP32 parameters beside the "
                            + datatype + " ones",
                    datatype,
                    "FP32 or FP64");
        }
        Tensor gradient = required(gradients.get(name), "/gradients/" + name, parameter);
        List<Strip> slots = optimizer.slots().stream()
                .map(slot -> moment(slot, name, parameter, before))
                .toList();
        return new TensorArrays(name, strip(parameter, datatype), strip(gradient, datatype), slots);
    }

    private static Strip moment(Slot slot, String name, Tensor parameter, OptimizerState before) {
        if (before.step() == 0 && before.slots().isEmpty()) {
            Strip fresh = strip(Tensor.of(parameter.shape(), new double[parameter.size()]), parameter.datatype());
            fresh.fill(slot.initial());
            return fresh;
        }
        Map<String, Tensor> moments = before.slots().getOrDefault(slot.name(), Map.of());
        String pointer = "/state/" + slot.name() + "/" + name;
        return strip(required(moments.get(name), pointer, parameter), parameter.datatype());
    }

    private static Tensor required(@Nullable Tensor tensor, String pointer, Tensor parameter) {
        if (tensor == null) {
            throw Problem.invalid(pointer, "every parameter needs one", "nothing", "shape " + parameter.shape());
        }
        if (!tensor.shape().equals(parameter.shape())) {
            throw Problem.invalid(pointer, "the shape is not its parameter's", tensor.shape(), parameter.shape());
        }
        if (!tensor.datatype().isFloat()) {
            throw Problem.invalid(pointer, "the datatype is not a float type", tensor.datatype(), "a float type");
        }
        return tensor;
    }

    private void checkNames(OptimizerState before, Map<String, Tensor> parameters, Map<String, Tensor> gradients) {
        if (before.step() < 0) {
            throw Problem.invalid("/state/step", "the step count is negative", before.step(), "0 or more");
        }
        known(gradients, parameters, "/gradients/");
        before.slots().forEach((slot, moments) -> {
            if (optimizer.slots().stream().noneMatch(own -> own.name().equals(slot))) {
                throw Problem.invalid(
                        "/state/" + slot,
                        optimizer.kind() + " keeps no such moment",
                        slot,
                        optimizer.slots().stream().map(Slot::name).toList());
            }
            known(moments, parameters, "/state/" + slot + "/");
        });
    }

    private static void known(Map<String, Tensor> tensors, Map<String, Tensor> parameters, String pointer) {
        for (String name : tensors.keySet()) {
            if (!parameters.containsKey(name)) {
                throw Problem.invalid(pointer + name, "there is no parameter of that name", name, parameters.keySet());
            }
        }
    }

    private static Map<String, Tensor> parametersAfter(List<TensorArrays> arrays, Map<String, Tensor> parameters) {
        Map<String, Tensor> after = new LinkedHashMap<>();
        for (TensorArrays tensor : arrays) {
            after.put(tensor.tensor(), tensor(tensor.parameters(), parameters.get(tensor.tensor())));
        }
        return after;
    }

    private OptimizerState stateAfter(List<TensorArrays> arrays, Map<String, Tensor> parameters, long step) {
        Map<String, Map<String, Tensor>> slots = new LinkedHashMap<>();
        for (int i = 0; i < optimizer.slots().size(); i++) {
            Map<String, Tensor> moments = new LinkedHashMap<>();
            for (TensorArrays tensor : arrays) {
                moments.put(tensor.tensor(), tensor(tensor.slots().get(i), parameters.get(tensor.tensor())));
            }
            slots.put(optimizer.slots().get(i).name(), moments);
        }
        return new OptimizerState(step, slots);
    }

    private static Strip strip(Tensor tensor, Datatype arithmetic) {
        double[] values = tensor.values();
        if (arithmetic == Datatype.FP64) {
            return Strip.of(values.clone());
        }
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = (float) values[i];
        }
        return Strip.of(rounded);
    }

    private static Tensor tensor(Strip strip, @Nullable Tensor like) {
        double[] values = new double[strip.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = strip.at(i);
        }
        if (like == null) {
            throw new IllegalStateException("a tensor without its parameter");
        }
        return Tensor.of(like.shape(), like.datatype(), values);
    }
}
