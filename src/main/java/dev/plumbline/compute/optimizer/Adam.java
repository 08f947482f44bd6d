package dev.plumbline.compute.optimizer;

import static java.lang.Math.pow;

import dev.plumbline.compute.optimizer.strip.AdaptiveStep;
import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015, Algorithm 1):
 *
 * <pre>
 * m = beta1 m + (1 - beta1) g              mHat = m / (1 - beta1^t)
 * v = beta2 v + (1 - beta2) g^2            vHat = v / (1 - beta2^t)
 * x = x - learningRate mHat / (sqrt(vHat) + epsilon)
 * </pre>
 *
 * t is the step being taken, from 1. {@link Epsilon} says where epsilon really goes. Weight decay, if any, is PyTorch's: L2
 * unless said otherwise.
 */
public record Adam(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        Epsilon epsilonConvention,
        WeightDecay weightDecay)
        implements Optimizer {

    public Adam {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.fraction("beta1", beta1);
        Bounds.fraction("beta2", beta2);
        Bounds.nonNegative("epsilon", epsilon);
    }

    public static Adam preset(Preset preset) {
        return switch (preset) {
            case PYTORCH, OPTAX, BITSANDBYTES -> new Adam(1e-3, 0.9, 0.999, 1e-8, Epsilon.STANDARD, WeightDecay.NONE);
            case KERAS -> new Adam(1e-3, 0.9, 0.999, 1e-7, Epsilon.EPSILON_HAT, WeightDecay.NONE);
            case ND4J -> new Adam(1e-3, 0.9, 0.999, 1e-8, Epsilon.EPSILON_HAT, WeightDecay.NONE);
            case HUGGING_FACE -> throw preset.lacks("adam", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.ND4J);
        };
    }

    @Override
    public Kind kind() {
        return Kind.ADAM;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("m"), Slot.zeros("v"));
    }

    @Override
    public Rule rule(long t) {
        double meanRate = learningRate / (1 - pow(beta1, t));
        Root root = epsilonConvention.root(epsilon, 1 - pow(beta2, t));
        return new AdaptiveStep(beta1, beta2, meanRate, root);
    }
}
