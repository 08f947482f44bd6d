package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * Lion, evolved sign momentum (Chen et al. 2023, Algorithm 2):
 *
 * <pre>
 * c = beta1 m + (1 - beta1) g
 * x = x (1 - learningRate weightDecay) - learningRate sign(c)
 * m = beta2 m + (1 - beta2) g
 * </pre>
 *
 * Every entry moves by the learning rate, or not at all where c is 0. The libraries agree on the equations; their default
 * rates and decays differ: the paper's repository (here {@code pytorch}, which has no Lion) and bitsandbytes 1e-4 without
 * decay, Keras 1e-3 without, Optax with 1e-3 of decay.
 */
public record Lion(double learningRate, double beta1, double beta2, WeightDecay weightDecay) implements Optimizer {

    public Lion {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.fraction("beta1", beta1);
        Bounds.fraction("beta2", beta2);
    }

    public static Lion preset(Preset preset) {
        return switch (preset) {
            case PYTORCH, BITSANDBYTES -> new Lion(1e-4, 0.9, 0.99, WeightDecay.NONE);
            case OPTAX -> new Lion(1e-4, 0.9, 0.99, WeightDecay.decoupled(1e-3));
            case KERAS -> new Lion(1e-3, 0.9, 0.99, WeightDecay.NONE);
            case ND4J, HUGGING_FACE ->
                throw preset.lacks("lion", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.BITSANDBYTES);
        };
    }

    @Override
    public Kind kind() {
        return Kind.LION;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("m"));
    }

    @Override
    public int scratches() {
        return 1;
    }

    @Override
    public Rule rule(long t) {
        return chunk -> {
            Strip g = chunk.gradient();
            Strip m = chunk.slot(0);
            Strip c = chunk.scratch(0);
            c.load(m);
            c.accumulate(beta1, 1 - beta1, g);
            chunk.parameters().accumulateSign(-learningRate, c);
            m.accumulate(beta2, 1 - beta2, g);
        };
    }
}
