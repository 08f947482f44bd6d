package dev.plumbline.compute.optimizer;

import static java.lang.Math.pow;

import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * AdaBelief (Zhuang et al. 2020, Algorithm 2): Adam whose second moment is that of the gradient's distance from its mean.
 *
 * <pre>
 * m = beta1 m + (1 - beta1) g                              mHat = m / (1 - beta1^t)
 * s = beta2 s + (1 - beta2) (g - m)^2 + rootEpsilon        sHat = s / (1 - beta2^t)
 * x = x - learningRate mHat / (sqrt(sHat) + epsilon)
 * </pre>
 *
 * rootEpsilon stays in s and gathers there, up to rootEpsilon / (1 - beta2). {@code pytorch} is adabelief-pytorch without
 * rectification, whose two epsilons are one number; PyTorch itself has none, nor have Keras, ND4J and the others. With rectification, which
 * adabelief-pytorch switches on unless told otherwise, steps are other ones, and are not offered.
 */
public record AdaBelief(
        double learningRate, double beta1, double beta2, double epsilon, double rootEpsilon, WeightDecay weightDecay)
        implements Optimizer {

    public AdaBelief {
        new Adam(learningRate, beta1, beta2, epsilon, Epsilon.STANDARD, weightDecay);
        Bounds.nonNegative("rootEpsilon", rootEpsilon);
    }

    public static AdaBelief preset(Preset preset) {
        return switch (preset) {
            case PYTORCH, OPTAX -> new AdaBelief(1e-3, 0.9, 0.999, 1e-16, 1e-16, WeightDecay.NONE);
            case KERAS, ND4J, HUGGING_FACE, BITSANDBYTES ->
                throw preset.lacks("adabelief", Preset.PYTORCH, Preset.OPTAX);
        };
    }

    @Override
    public Kind kind() {
        return Kind.ADABELIEF;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("m"), Slot.zeros("s"));
    }

    @Override
    public int scratches() {
        return 1;
    }

    @Override
    public Rule rule(long t) {
        double meanRate = learningRate / (1 - pow(beta1, t));
        Root root = Epsilon.STANDARD.root(epsilon, 1 - pow(beta2, t));
        return chunk -> {
            Strip g = chunk.gradient();
            Strip m = chunk.slot(0);
            Strip s = chunk.slot(1);
            Strip surprise = chunk.scratch(0);
            m.accumulate(beta1, 1 - beta1, g);
            surprise.load(g);
            surprise.accumulate(1, -1, m);
            s.accumulateSquare(beta2, 1 - beta2, surprise);
            s.add(rootEpsilon);
            chunk.parameters().accumulateQuotient(1, -meanRate, m, root, s);
        };
    }
}
