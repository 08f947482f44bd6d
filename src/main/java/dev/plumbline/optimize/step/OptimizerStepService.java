package dev.plumbline.optimize.step;

import dev.plumbline.compute.optimizer.step.OptimizerStep;
import dev.plumbline.compute.optimizer.step.TensorStep;
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
    OptimizerStep step(StepOrder order) {
        limits.requireTensors(order.tensors());
        limits.requireBytes(order.bytes());
        return new TensorStep(order.optimizer(), order.clipping()).take(order.before(), order.gradients());
    }

    /** For an answer in JSON. */
    OptimizerStepReport report(StepOrder order) {
        TensorwiseOptimizer.afford(limits, order.optimizer(), order.before().parameters());
        return OptimizerStepReport.of(step(order), order.optimizer());
    }
}
