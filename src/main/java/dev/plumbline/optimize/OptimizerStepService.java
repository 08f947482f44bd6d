package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.OptimizerStep;
import dev.plumbline.limits.Limits;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import org.springframework.stereotype.Service;

/** Takes one step and keeps nothing. */
@Service
class OptimizerStepService {

    private final Limits limits;

    OptimizerStepService(Limits limits) {
        this.limits = limits;
    }

    OptimizerStepReport step(OptimizerStepRequest request) {
        Optimizer optimizer = request.resolvedOptimizer();
        Map<String, Tensor> parameters = request.requiredParameters();
        afford(limits, optimizer, parameters);
        OptimizerStep step = optimizer.step(
                request.stateOrInitial(), parameters, request.requiredGradients(), request.clippingOrNone());
        return OptimizerStepReport.of(step, optimizer);
    }

    /** Parameters, gradients and moments, each as it came, in the step's own arrays and in the answer. */
    static void afford(Limits limits, Optimizer optimizer, Map<String, Tensor> parameters) {
        double entries = parameters.values().stream().mapToDouble(Tensor::size).sum();
        limits.requireBytes(3.0 * Double.BYTES * (2 + optimizer.slots().size()) * entries);
    }
}
