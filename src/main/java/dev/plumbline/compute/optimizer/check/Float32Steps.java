package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Float32Numbers;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Steps as float32 took them, though some of their numbers came as float64: a parameter is float32 where one of its tensors
 * says so, or where all its numbers before and after every step are float32 numbers. Gradients and moments need no
 * say: a step rounds them to their parameter's datatype.
 */
final class Float32Steps {

    private Float32Steps() {}

    /** The steps with these parameters in float32; nothing where that changes no datatype. */
    static Optional<List<ObservedStep>> of(List<ObservedStep> steps) {
        Set<String> narrow = steps.get(0).before().keySet().stream()
                .filter(name -> isFloat32(name, steps))
                .collect(Collectors.toSet());
        boolean changes = narrow.stream()
                .flatMap(name -> tensors(name, steps))
                .anyMatch(tensor -> tensor.datatype() != Datatype.FP32);
        return changes
                ? Optional.of(steps.stream().map(step -> narrowed(step, narrow)).toList())
                : Optional.empty();
    }

    private static boolean isFloat32(String name, List<ObservedStep> steps) {
        return tensors(name, steps).anyMatch(tensor -> tensor.datatype() == Datatype.FP32)
                || tensors(name, steps).allMatch(Float32Numbers::are);
    }

    private static Stream<Tensor> tensors(String name, List<ObservedStep> steps) {
        return steps.stream()
                .flatMap(step -> Stream.of(step.before(), step.after()))
                .map(parameters -> requireNonNull(parameters.get(name)));
    }

    private static ObservedStep narrowed(ObservedStep step, Set<String> names) {
        return new ObservedStep(
                narrowed(step.before(), names), step.gradients(), narrowed(step.after(), names), step.said());
    }

    private static Map<String, Tensor> narrowed(Map<String, Tensor> parameters, Set<String> names) {
        Map<String, Tensor> narrowed = new LinkedHashMap<>();
        parameters.forEach(
                (name, tensor) -> narrowed.put(name, names.contains(name) ? tensor.as(Datatype.FP32) : tensor));
        return narrowed;
    }
}
