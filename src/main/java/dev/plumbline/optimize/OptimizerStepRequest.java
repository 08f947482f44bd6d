package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.OptimizerState;
import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A step to be taken.
 *
 * @param parameters FP64 or FP32; may come as a file beside the request
 * @param gradients one for each parameter, of its shape; may come as a file
 * @param state that the step before has answered; none before the first step; may come as a file
 * @param clipping of the gradients before the step; none
 */
public record OptimizerStepRequest(
        OptimizerSource optimizer,
        @Nullable Map<String, Tensor> parameters,
        @Nullable Map<String, Tensor> gradients,
        @Nullable StateSource state,
        @Nullable ClippingSource clipping) {

    OptimizerStepRequest with(
            @Nullable Map<String, Tensor> parameterFile,
            @Nullable Map<String, Tensor> gradientFile,
            @Nullable StateSource stateFile) {
        return new OptimizerStepRequest(
                optimizer,
                parameterFile == null ? parameters : parameterFile,
                gradientFile == null ? gradients : gradientFile,
                stateFile == null ? state : stateFile,
                clipping);
    }

    Map<String, Tensor> requiredParameters() {
        return required("parameters", parameters);
    }

    Map<String, Tensor> requiredGradients() {
        return required("gradients", gradients);
    }

    Optimizer resolvedOptimizer() {
        return resolved(optimizer);
    }

    OptimizerState stateOrInitial() {
        return StateSource.state(state);
    }

    Clipping clippingOrNone() {
        return ClippingSource.clipping(clipping);
    }

    static Optimizer resolved(OptimizerSource source) {
        try {
            return source.optimizer();
        } catch (Problem problem) {
            throw problem.within("/optimizer");
        }
    }

    static Map<String, Tensor> required(String name, @Nullable Map<String, Tensor> tensors) {
        if (tensors == null || tensors.isEmpty()) {
            throw Problem.invalid(
                    "/" + name, "there are no " + name, "nothing", "tensors by name, or a part named " + name);
        }
        return tensors;
    }
}
