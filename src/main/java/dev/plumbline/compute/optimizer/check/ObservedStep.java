package dev.plumbline.compute.optimizer.check;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Map;

/** A step that somebody took: parameters before and after, and the gradients it was taken with. */
public record ObservedStep(Map<String, Tensor> before, Map<String, Tensor> gradients, Map<String, Tensor> after) {

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
}
