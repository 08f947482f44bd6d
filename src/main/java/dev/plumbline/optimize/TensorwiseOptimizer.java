package dev.plumbline.optimize;

import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.limits.Limits;
import dev.plumbline.problem.Problem;
import dev.plumbline.reader.OptimizerSource;
import dev.plumbline.tensor.TensorSource;
import java.util.Map;

/** The optimizer of a request whose steps are taken tensor by tensor, and what such a step may cost. */
public final class TensorwiseOptimizer {

    private TensorwiseOptimizer() {}

    /** The optimizer that is meant; refused if it steps over all parameters together. Problems point from {@code /optimizer} on. */
    public static Optimizer of(OptimizerSource source) {
        if (!source.kind().stepsTensors()) {
            throw Problem.unsupported(
                    "/optimizer/kind",
                    "l-bfgs steps over all parameters together, and only in training runs",
                    source.kind().toString(),
                    "another kind, or POST /v1/training-runs");
        }
        try {
            return source.optimizer();
        } catch (Problem problem) {
            throw problem.within("/optimizer");
        }
    }

    /** Parameters, gradients and moments, each as it came, in the step's own arrays and in the answer. */
    public static void afford(Limits limits, Optimizer optimizer, Map<String, ? extends TensorSource> parameters) {
        double entries = parameters.values().stream()
                .mapToDouble(tensor -> tensor.shape().size())
                .sum();
        limits.requireBytes(3.0 * Double.BYTES * (2 + optimizer.slots().size()) * entries);
    }
}
