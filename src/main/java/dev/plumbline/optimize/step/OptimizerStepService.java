package dev.plumbline.optimize.step;

import dev.plumbline.compute.optimizer.CheckpointStep;
import dev.plumbline.limits.Limits;
import dev.plumbline.optimize.TensorwiseOptimizer;
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
        TensorwiseOptimizer.afford(limits, order.optimizer(), order.before().parameters());
        return OptimizerStepReport.of(step(order), order.optimizer());
    }
}
