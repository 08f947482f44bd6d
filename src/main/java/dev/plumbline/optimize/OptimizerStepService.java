package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.CheckpointStep;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.TensorSource;
import java.util.Map;
import org.springframework.stereotype.Service;

/** Takes one step and keeps nothing. */
@Service
class OptimizerStepService {

    private final Limits limits;

    OptimizerStepService(Limits limits) {
        this.limits = limits;
    }

    /** Holds each number once, for an answer that is written tensor by tensor. */
    CheckpointStep step(StepOrder order) {
        limits.requireTensors(order.tensors());
        limits.requireBytes(order.bytes());
        return order.optimizer().step(order.before(), order.gradients(), order.clipping());
    }

    /** For an answer in JSON. */
    OptimizerStepReport report(StepOrder order) {
        afford(limits, order.optimizer(), order.before().parameters());
        return OptimizerStepReport.of(step(order), order.optimizer());
    }

    /** Parameters, gradients and moments, each as it came, in the step's own arrays and in the answer. */
    static void afford(Limits limits, Optimizer optimizer, Map<String, ? extends TensorSource> parameters) {
        double entries = parameters.values().stream()
                .mapToDouble(tensor -> tensor.shape().size())
                .sum();
        limits.requireBytes(3.0 * Double.BYTES * (2 + optimizer.slots().size()) * entries);
    }
}
