package dev.plumbline.compute.optimizer.check;

import static java.util.Objects.requireNonNull;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A step that somebody took: parameters before and after, and the gradients it was taken with. */
public record ObservedStep(
        Map<String, Tensor> before, Map<String, Tensor> gradients, Map<String, Tensor> after, Said said) {

    public ObservedStep(Map<String, Tensor> before, Map<String, Tensor> gradients, Map<String, Tensor> after) {
        this(before, gradients, after, Said.NOTHING);
    }

    public ObservedStep {
        before.forEach((name, tensor) -> {
            Tensor result = after.get(name);
            if (result == null || !result.shape().equals(tensor.shape())) {
                throw Problem.invalid(
                        "/after/" + name,
                        "every parameter must be there after the step too, in its shape",
                        result == null ? "nothing" : result.shape(),
                        tensor.shape());
            }
        });
    }

    /** The same, a piece of a step of which the gradients have these norms. */
    ObservedStep of(Map<String, Double> norms) {
        return new ObservedStep(before, gradients, after, said.of(norms));
    }

    /** How many numbers the parameters are. */
    long entries() {
        return before.values().stream().mapToLong(Tensor::size).sum();
    }

    boolean stoodStill() {
        return before.entrySet().stream()
                .allMatch(entry -> entry.getValue().equals(requireNonNull(after.get(entry.getKey()))));
    }

    /** Of one parameter, on a gradient that is not 0. */
    boolean stoodStill(String name) {
        return requireNonNull(before.get(name)).equals(requireNonNull(after.get(name)))
                && requireNonNull(gradients.get(name)).norm() > 0;
    }

    boolean hasNoGradient() {
        return gradients.values().stream().allMatch(tensor -> tensor.norm() == 0);
    }

    /** Stood still on a gradient that is not finite, as a gradient scaler has it; everything else about it being finite. */
    boolean skippedByScaler() {
        return firstNonFinite("gradients", gradients).isPresent()
                && firstNonFinite("before", before).isEmpty()
                && stoodStill();
    }

    /** The same step with gradients of the other sign. */
    ObservedStep negated() {
        Map<String, Tensor> negative = new LinkedHashMap<>();
        gradients.forEach((name, tensor) -> negative.put(name, tensor.map(value -> -value)));
        return new ObservedStep(before, negative, after, said);
    }

    /** Where the first number that is not finite stands, as in "gradients/w". */
    Optional<String> firstNonFinite() {
        return Stream.of(
                        firstNonFinite("before", before),
                        firstNonFinite("gradients", gradients),
                        firstNonFinite("after", after))
                .flatMap(Optional::stream)
                .findFirst();
    }

    static Optional<String> firstNonFinite(String place, Map<String, Tensor> tensors) {
        return tensors.entrySet().stream()
                .filter(entry -> Arrays.stream(entry.getValue().values()).anyMatch(value -> !Double.isFinite(value)))
                .map(entry -> place + "/" + entry.getKey())
                .findFirst();
    }
}
