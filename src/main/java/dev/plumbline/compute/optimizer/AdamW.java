package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Rule;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, Algorithm 2 with its schedule multiplier taken as the
 * learning rate):
 *
 * <pre>
 * x = x (1 - learningRate weightDecay)
 * and then Adam's equations, whose moments see nothing of the decay
 * </pre>
 *
 * The libraries agree on the equation and not on the default decay: PyTorch and bitsandbytes 1e-2, Optax 1e-4, Keras 4e-3,
 * Transformers none. Transformers (until version 5) has the decay after the step, whose parameters it so makes smaller by
 * another learningRate^2 weightDecay.
 */
public record AdamW(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        Epsilon epsilonConvention,
        WeightDecay weightDecay)
        implements Optimizer {

    public AdamW {
        new Adam(learningRate, beta1, beta2, epsilon, epsilonConvention, weightDecay);
        Bounds.require(
                !weightDecay.is(WeightDecay.Kind.L2), "weightDecay", "l2", "decoupled; with l2 the optimizer is adam");
    }

    public static AdamW preset(Preset preset) {
        if (preset == Preset.HUGGING_FACE) {
            return new AdamW(1e-3, 0.9, 0.999, 1e-6, Epsilon.EPSILON_HAT, WeightDecay.NONE);
        }
        double rate =
                switch (preset) {
                    case PYTORCH, BITSANDBYTES -> 1e-2;
                    case OPTAX -> 1e-4;
                    case KERAS -> 4e-3;
                    case ND4J, HUGGING_FACE -> throw preset.lacks("adamw", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS);
                };
        Adam adam = Adam.preset(preset);
        return new AdamW(
                adam.learningRate(),
                adam.beta1(),
                adam.beta2(),
                adam.epsilon(),
                adam.epsilonConvention(),
                WeightDecay.decoupled(rate));
    }

    @Override
    public Kind kind() {
        return Kind.ADAMW;
    }

    @Override
    public List<Slot> slots() {
        return adam().slots();
    }

    @Override
    public Rule rule(long t) {
        return adam().rule(t);
    }

    private Adam adam() {
        return new Adam(learningRate, beta1, beta2, epsilon, epsilonConvention, weightDecay);
    }
}
