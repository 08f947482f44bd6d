package dev.plumbline.compute.optimizer;

import static java.lang.Math.pow;
import static java.lang.Math.sqrt;

import dev.plumbline.compute.optimizer.strip.AdaptiveStep;
import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import java.util.List;

/**
 * Rectified Adam (Liu et al. 2020, Algorithm 2): Adam that goes without its denominator while that rests on too few steps.
 *
 * <pre>
 * m = beta1 m + (1 - beta1) g              mHat = m / (1 - beta1^t)
 * v = beta2 v + (1 - beta2) g^2            vHat = v / (1 - beta2^t)
 * rhoInf = 2 / (1 - beta2) - 1             rho = rhoInf - 2 t beta2^t / (1 - beta2^t)
 * r = sqrt((rho - 4) (rho - 2) rhoInf / ((rhoInf - 4) (rhoInf - 2) rho))
 * rho &gt; 5:  x = x - learningRate r mHat / (sqrt(vHat) + epsilon)
 * else:     x = x - learningRate mHat
 * </pre>
 *
 * PyTorch's epsilon is here {@link Epsilon#EPSILON_HAT}, unlike in its Adam; Optax's is standard. Keras and ND4J have none.
 */
public record RAdam(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        Epsilon epsilonConvention,
        WeightDecay weightDecay)
        implements Optimizer {

    private static final double TRACTABLE = 5;
    private static final Root NO_ROOT = new Root(0, 0, 1);

    public RAdam {
        new Adam(learningRate, beta1, beta2, epsilon, epsilonConvention, weightDecay);
    }

    public static RAdam preset(Preset preset) {
        return switch (preset) {
            case PYTORCH -> new RAdam(1e-3, 0.9, 0.999, 1e-8, Epsilon.EPSILON_HAT, WeightDecay.NONE);
            case OPTAX -> new RAdam(1e-3, 0.9, 0.999, 1e-8, Epsilon.STANDARD, WeightDecay.NONE);
            case KERAS, ND4J, HUGGING_FACE, BITSANDBYTES -> throw preset.lacks("radam", Preset.PYTORCH, Preset.OPTAX);
        };
    }

    @Override
    public Kind kind() {
        return Kind.RADAM;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("m"), Slot.zeros("v"));
    }

    @Override
    public Rule rule(long t) {
        double correction = 1 - pow(beta2, t);
        double rhoInf = 2 / (1 - beta2) - 1;
        double rho = rhoInf - 2 * t * pow(beta2, t) / correction;
        boolean rectified = rho > TRACTABLE;
        double r = rectified ? sqrt((rho - 4) * (rho - 2) * rhoInf / ((rhoInf - 4) * (rhoInf - 2) * rho)) : 1;
        Root root = rectified ? epsilonConvention.root(epsilon, correction) : NO_ROOT;
        return new AdaptiveStep(beta1, beta2, r * learningRate / (1 - pow(beta1, t)), root);
    }
}
