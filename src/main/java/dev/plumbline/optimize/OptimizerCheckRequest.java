package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.check.Claim;
import dev.plumbline.compute.optimizer.check.ObservedStep;
import dev.plumbline.compute.optimizer.check.OptimizerCheck;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Steps that somebody took.
 *
 * @param optimizer as far as it is known; without a learning rate that is fitted; null if nothing is known
 * @param state before the first of the steps; null if that was the very first of a training; slots may have PyTorch's names
 * @param steps in order, without gaps; two or three tell more than one
 */
public record OptimizerCheckRequest(
        @Nullable OptimizerSource optimizer, @Nullable StateSource state, List<Step> steps) {

    /** Parameters before and after, and the gradients between. */
    public record Step(Map<String, Tensor> before, Map<String, Tensor> gradients, Map<String, Tensor> after) {

        /** The same by the names of the first parameters. */
        private Step by(ParameterNames names, String place) {
            return new Step(
                    names.of(before, place + "/before"),
                    names.of(gradients, place + "/gradients"),
                    names.of(after, place + "/after"));
        }
    }

    OptimizerCheck check() {
        List<ObservedStep> observed = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            observed.add(observed(i));
        }
        return new OptimizerCheck(claim(), observed);
    }

    private Claim claim() {
        return new Claim(
                optimizer == null ? null : OptimizerStepRequest.resolved(optimizer),
                optimizer != null && optimizer.learningRate() != null,
                state == null ? null : StateSource.state(state));
    }

    private ObservedStep observed(int position) {
        String pointer = Problem.pointer("steps", position);
        Map<String, Shape> expected = shapes(steps.get(0).before());
        Step step = steps.get(position).by(ParameterNames.of(expected.keySet()), pointer);
        requireSteppable(pointer + "/before", step.before());
        require(pointer + "/before", step.before(), expected);
        require(pointer + "/gradients", step.gradients(), expected);
        require(pointer + "/after", step.after(), expected);
        return new ObservedStep(step.before(), step.gradients(), step.after());
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
