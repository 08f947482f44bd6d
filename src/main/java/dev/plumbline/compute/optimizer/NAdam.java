package dev.plumbline.compute.optimizer;

import static java.lang.Math.pow;

import dev.plumbline.compute.optimizer.strip.AdaptiveStep;
import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import java.util.List;

/**
 * Adam with Nesterov's momentum (Dozat 2016):
 *
 * <pre>
 * m = beta1 m + (1 - beta1) g
 * v = beta2 v + (1 - beta2) g^2            vHat = v / (1 - beta2^t)
 * mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2)
 * P_t = mu_1 ... mu_t
 * x = x - learningRate ((1 - mu_t) / (1 - P_t) g + mu_{t+1} / (1 - P_{t+1}) m) / (sqrt(vHat) + epsilon)
 * </pre>
 *
 * <p>PyTorch's momentumDecay is 4e-3, Keras's is 1. Optax's momentum is constant: mu_t = beta1 with P_t = beta1^t. ND4J's
 * Nadam leaves v uncorrected and is not offered. PyTorch before 2.0 has mu_t twice in P_{t+1}: that is
 * {@code SCHEDULED_TWICE}, to be able to say so of somebody's step. PyTorch of any version keeps P_t in its default datatype,
 * which need not be the parameters': {@code IN_FLOAT32} has it so, and makes other steps than float64 by a part in 1e7.
 */
public record NAdam(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        Epsilon epsilonConvention,
        Momentum momentum,
        double momentumDecay,
        WeightDecay weightDecay)
        implements Optimizer {

    /** Which sequence of mu_t. */
    public enum Momentum {
        SCHEDULED,
        SCHEDULED_IN_FLOAT32,
        SCHEDULED_TWICE,
        SCHEDULED_TWICE_IN_FLOAT32,
        CONSTANT;

        /** Whether mu_t is in P_{t+1} twice. */
        public boolean twice() {
            return this == SCHEDULED_TWICE || this == SCHEDULED_TWICE_IN_FLOAT32;
        }

        boolean inFloat32() {
            return this == SCHEDULED_IN_FLOAT32 || this == SCHEDULED_TWICE_IN_FLOAT32;
        }
    }

    public NAdam {
        new Adam(learningRate, beta1, beta2, epsilon, epsilonConvention, weightDecay);
        Bounds.nonNegative("momentumDecay", momentumDecay);
    }

    public static NAdam preset(Preset preset) {
        Epsilon standard = Epsilon.STANDARD;
        WeightDecay none = WeightDecay.NONE;
        return switch (preset) {
            case PYTORCH -> new NAdam(2e-3, 0.9, 0.999, 1e-8, standard, Momentum.SCHEDULED, 4e-3, none);
            case OPTAX -> new NAdam(2e-3, 0.9, 0.999, 1e-8, standard, Momentum.CONSTANT, 0, none);
            case KERAS -> new NAdam(1e-3, 0.9, 0.999, 1e-7, standard, Momentum.SCHEDULED, 1, none);
            case ND4J, HUGGING_FACE, BITSANDBYTES ->
                throw preset.lacks("nadam with a corrected second moment", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS);
        };
    }

    @Override
    public Kind kind() {
        return Kind.NADAM;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("m"), Slot.zeros("v"));
    }

    @Override
    public Rule rule(long t) {
        double product = product(t);
        double gradientRate = learningRate * (1 - mu(t)) / (1 - product);
        double meanRate = learningRate * mu(t + 1) / (1 - nextProduct(product, t));
        Root root = epsilonConvention.root(epsilon, 1 - pow(beta2, t));
        return new AdaptiveStep(beta1, beta2, gradientRate, meanRate, root);
    }

    private double mu(long t) {
        return momentum == Momentum.CONSTANT ? beta1 : beta1 * (1 - 0.5 * pow(0.96, t * momentumDecay));
    }

    /** P_t, without remembering it: below 2^-60 it no longer shows in 1 - P_t, after some sixty factors. */
    private double product(long t) {
        double product = 1;
        for (long i = 1; i <= t && product > 0x1p-60; i++) {
            product = kept(product * kept(mu(i)));
        }
        return product;
    }

    private double nextProduct(double product, long t) {
        double mu = mu(t + 1);
        return momentum.twice() ? kept(kept(product * kept(mu(t))) * kept(mu)) : product * mu;
    }

    private double kept(double product) {
        return momentum.inFloat32() ? (float) product : product;
    }
}
