package dev.plumbline.optimize.step;

import dev.plumbline.compute.optimizer.Clipping;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.step.Checkpoint;
import dev.plumbline.tensor.TensorSource;
import java.util.Map;

/** A step to be taken, its tensors wherever the request has put them: in its JSON, or in files beside it. */
record StepOrder(
        Optimizer optimizer, Checkpoint before, Map<String, ? extends TensorSource> gradients, Clipping clipping) {

    int tensors() {
        return before.parameters().size()
                + gradients.size()
                + before.slots().values().stream().mapToInt(Map::size).sum();
    }

    /** Of parameters, gradients and moments, each held once and in the parameters' precision. */
    double bytes() {
        return (2.0 + optimizer.slots().size())
                * before.parameters().values().stream()
                        .mapToDouble(TensorSource::bytes)
                        .sum();
    }
}
