package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.problem.Problem;
import java.util.List;

/**
 * L-BFGS (Nocedal 1980; Nocedal and Wright 2006, Algorithm 7.4) as PyTorch has it without a line search: one gradient, one
 * step, over all parameters together. {@link LbfgsSteps} has the equations.
 *
 * <p>For training runs on small problems with the whole data in each step: between two batches the change of the gradient is
 * no curvature. Without a line search a learning rate of 1 may overshoot far from a minimum; PyTorch's {@code step} takes 20 of
 * these iterations, one after the other.
 *
 * @param historySize pairs that are kept
 * @param gradientTolerance no step is taken where no entry of the gradient is larger
 * @param changeTolerance nor where the directional derivative along the step is no more below 0
 */
public record Lbfgs(double learningRate, long historySize, double gradientTolerance, double changeTolerance)
        implements Optimizer {

    public Lbfgs {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.require(
                historySize >= 1 && historySize <= 100, "historySize", historySize, "a whole number from 1 to 100");
        Bounds.nonNegative("gradientTolerance", gradientTolerance);
        Bounds.nonNegative("changeTolerance", changeTolerance);
    }

    public static Lbfgs preset(Preset preset) {
        return switch (preset) {
            case PYTORCH -> new Lbfgs(1, 100, 1e-7, 1e-9);
            case OPTAX, KERAS, ND4J, HUGGING_FACE, BITSANDBYTES ->
                throw preset.lacks("l-bfgs without a line search", Preset.PYTORCH);
        };
    }

    @Override
    public Kind kind() {
        return Kind.LBFGS;
    }

    @Override
    public WeightDecay weightDecay() {
        return WeightDecay.NONE;
    }

    /** It keeps vectors over all parameters, and none beside a tensor. */
    @Override
    public List<Slot> slots() {
        return List.of();
    }

    @Override
    public Rule rule(long t) {
        throw Problem.unsupported(
                "/optimizer/kind",
                "l-bfgs steps over all parameters together, and only in training runs",
                "lbfgs",
                "another kind, or POST /v1/training-runs");
    }
}
