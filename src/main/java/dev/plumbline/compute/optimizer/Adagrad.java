package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * Adagrad (Duchi, Hazan and Singer 2011), diagonal:
 *
 * <pre>
 * s = s + g^2                               s starts at initialAccumulator
 * rate = learningRate / (1 + (t - 1) learningRateDecay)
 * x = x - rate g / (sqrt(s) + epsilon)  or  x - rate g / sqrt(s + epsilon)      ({@link Epsilon})
 * </pre>
 */
public record Adagrad(
        double learningRate,
        double learningRateDecay,
        double initialAccumulator,
        double epsilon,
        Epsilon epsilonConvention,
        WeightDecay weightDecay)
        implements Optimizer {

    public Adagrad {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.nonNegative("learningRateDecay", learningRateDecay);
        Bounds.nonNegative("initialAccumulator", initialAccumulator);
        Bounds.nonNegative("epsilon", epsilon);
    }

    public static Adagrad preset(Preset preset) {
        return switch (preset) {
            case PYTORCH, BITSANDBYTES -> new Adagrad(1e-2, 0, 0, 1e-10, Epsilon.STANDARD, WeightDecay.NONE);
            case OPTAX -> new Adagrad(1e-2, 0, 0.1, 1e-7, Epsilon.INSIDE_ROOT, WeightDecay.NONE);
            case KERAS -> new Adagrad(1e-3, 0, 0.1, 1e-7, Epsilon.INSIDE_ROOT, WeightDecay.NONE);
            case ND4J -> new Adagrad(1e-1, 0, 1e-6, 1e-6, Epsilon.STANDARD, WeightDecay.NONE);
            case HUGGING_FACE -> throw preset.lacks("adagrad", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.ND4J);
        };
    }

    @Override
    public Kind kind() {
        return Kind.ADAGRAD;
    }

    @Override
    public List<Slot> slots() {
        return List.of(new Slot("sum", initialAccumulator));
    }

    @Override
    public Rule rule(long t) {
        double rate = learningRate / (1 + (t - 1) * learningRateDecay);
        Root root = epsilonConvention.root(epsilon, 1);
        return chunk -> {
            Strip g = chunk.gradient();
            Strip s = chunk.slot(0);
            s.accumulateSquare(1, 1, g);
            chunk.parameters().accumulateQuotient(1, -rate, g, root, s);
        };
    }
}
