package dev.plumbline.compute.optimizer;

import static java.lang.Math.pow;

import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * Adamax (Kingma and Ba 2015, Algorithm 2): Adam with the infinity norm.
 *
 * <pre>
 * m = beta1 m + (1 - beta1) g
 * WITH_GRADIENT: u = max(beta2 u, |g| + epsilon)      x = x - learningRate / (1 - beta1^t) m / u
 * WITH_NORM:     u = max(beta2 u, |g|)                x = x - learningRate / (1 - beta1^t) m / (u + epsilon)
 * </pre>
 *
 * The paper has no epsilon and divides 0 by 0 where a gradient starts with zeros. PyTorch and Optax put it with the
 * gradient, Keras with the norm; ND4J adds 1e-32 whatever epsilon is set to.
 */
public record Adamax(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        EpsilonPlace epsilonPlace,
        WeightDecay weightDecay)
        implements Optimizer {

    /** What epsilon is added to. */
    public enum EpsilonPlace {
        WITH_GRADIENT,
        WITH_NORM
    }

    public Adamax {
        new Adam(learningRate, beta1, beta2, epsilon, Epsilon.STANDARD, weightDecay);
    }

    public static Adamax preset(Preset preset) {
        return switch (preset) {
            case PYTORCH, OPTAX -> new Adamax(2e-3, 0.9, 0.999, 1e-8, EpsilonPlace.WITH_GRADIENT, WeightDecay.NONE);
            case KERAS -> new Adamax(1e-3, 0.9, 0.999, 1e-7, EpsilonPlace.WITH_NORM, WeightDecay.NONE);
            case ND4J -> new Adamax(1e-3, 0.9, 0.999, 1e-32, EpsilonPlace.WITH_NORM, WeightDecay.NONE);
            case HUGGING_FACE, BITSANDBYTES ->
                throw preset.lacks("adamax", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.ND4J);
        };
    }

    @Override
    public Kind kind() {
        return Kind.ADAMAX;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("m"), Slot.zeros("u"));
    }

    @Override
    public int scratches() {
        return 1;
    }

    @Override
    public Rule rule(long t) {
        double rate = learningRate / (1 - pow(beta1, t));
        boolean withGradient = epsilonPlace == EpsilonPlace.WITH_GRADIENT;
        return chunk -> {
            Strip g = chunk.gradient();
            Strip m = chunk.slot(0);
            Strip u = chunk.slot(1);
            Strip denominator = chunk.scratch(0);
            m.accumulate(beta1, 1 - beta1, g);
            u.maximumMagnitude(beta2, g, withGradient ? epsilon : 0);
            denominator.load(u);
            denominator.add(withGradient ? 0 : epsilon);
            chunk.parameters().accumulateQuotient(1, -rate, m, denominator);
        };
    }
}
