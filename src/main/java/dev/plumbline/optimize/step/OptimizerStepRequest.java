package dev.plumbline.optimize.step;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.compute.optimizer.step.OptimizerState;
import dev.plumbline.optimize.ClippingSource;
import dev.plumbline.optimize.NamedTensors;
import dev.plumbline.optimize.StateSource;
import dev.plumbline.optimize.TensorPart;
import dev.plumbline.optimize.TensorwiseOptimizer;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.reader.ParameterNames;
import dev.plumbline.report.Upload;
import dev.plumbline.tensor.Tensor;
import dev.plumbline.tensor.TensorSource;
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

    /** The step that is meant, all its tensors in the request. */
    StepOrder order() {
        return order(null, null, null);
    }

    /** The step that is meant, its tensors in the request and in the files that came beside it. */
    StepOrder order(
            @Nullable TensorPart parameterFile, @Nullable TensorPart gradientFile, @Nullable TensorPart stateFile) {
        Optimizer resolved = TensorwiseOptimizer.of(optimizer);
        Checkpoint kept = state(stateFile);
        Map<String, ? extends TensorSource> points = NamedTensors.required(
                "parameters",
                Upload.<TensorSource>joined(
                        "parameters", parameterFile == null ? null : parameterFile.parameters(), parameters));
        Map<String, ? extends TensorSource> claims = NamedTensors.required(
                "gradients",
                Upload.<TensorSource>joined(
                        "gradients",
                        gradientFile == null ? null : gradientFile.gradientsOf(points.keySet()),
                        gradients));
        claims = ParameterNames.of(points.keySet()).of(claims, "/gradients");
        Checkpoint from = stateFile == null || stateFile.file().optimizer().isEmpty()
                ? kept
                : stateFile.state(
                        state,
                        NamedTensors.inOrder(points),
                        parameterFile != null && !parameterFile.file().ordered());
        return new StepOrder(
                resolved, new Checkpoint(from.step(), points, from.slots()), claims, ClippingSource.clipping(clipping));
    }

    private Checkpoint state(@Nullable TensorPart file) {
        OptimizerState given = StateSource.state(state);
        return file == null || file.file().optimizer().isPresent()
                ? new Checkpoint(given.step(), Map.of(), given.slots())
                : file.state(state, Map.of(), false);
    }
}
