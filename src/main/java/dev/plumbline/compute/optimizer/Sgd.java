package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * Stochastic gradient descent, with Polyak's (1964) or Nesterov's (1983) momentum if momentum is above 0:
 *
 * <pre>
 * no momentum:         x = x - learningRate g
 * buffer GRADIENTS:    b = momentum b + (1 - dampening) g         x = x - learningRate b
 *          nesterov:                                              x = x - learningRate (g + momentum b)
 * buffer UPDATES:      b = momentum b + learningRate g            x = x - b
 *          nesterov:                                              x = x - (learningRate g + momentum b)
 * </pre>
 *
 * In step 1 PyTorch fills the buffer with g whole, undampened; so do we. The two buffers (PyTorch's and Optax's; Keras's
 * and ND4J's) make the same steps until the learning rate changes.
 */
public record Sgd(
        double learningRate,
        double momentum,
        double dampening,
        boolean nesterov,
        MomentumBuffer buffer,
        WeightDecay weightDecay)
        implements Optimizer {

    public Sgd {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.nonNegative("momentum", momentum);
        Bounds.require(dampening >= 0 && dampening <= 1, "dampening", dampening, "a number in [0, 1]");
        Bounds.require(
                !nesterov || (momentum > 0 && dampening == 0),
                "nesterov",
                "momentum " + momentum + ", dampening " + dampening,
                "a momentum above 0 and no dampening");
    }

    public static Sgd preset(Preset preset) {
        return switch (preset) {
            case PYTORCH, OPTAX, BITSANDBYTES -> new Sgd(1e-3, 0, 0, false, MomentumBuffer.GRADIENTS, WeightDecay.NONE);
            case KERAS -> new Sgd(1e-2, 0, 0, false, MomentumBuffer.UPDATES, WeightDecay.NONE);
            case ND4J -> new Sgd(1e-3, 0, 0, false, MomentumBuffer.UPDATES, WeightDecay.NONE);
            case HUGGING_FACE -> throw preset.lacks("sgd", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.ND4J);
        };
    }

    @Override
    public Kind kind() {
        return Kind.SGD;
    }

    @Override
    public List<Slot> slots() {
        return momentum == 0 ? List.of() : List.of(Slot.zeros("momentum"));
    }

    @Override
    public Rule rule(long t) {
        if (momentum == 0) {
            return chunk -> chunk.parameters().accumulate(1, -learningRate, chunk.gradient());
        }
        double rateIn = buffer == MomentumBuffer.UPDATES ? learningRate : 1;
        double rateOut = buffer == MomentumBuffer.UPDATES ? 1 : learningRate;
        double take = rateIn * (t == 1 ? 1 : 1 - dampening);
        return chunk -> {
            Strip x = chunk.parameters();
            Strip g = chunk.gradient();
            Strip b = chunk.slot(0);
            b.accumulate(momentum, take, g);
            if (nesterov) {
                x.accumulate(1, -learningRate, g);
                x.accumulate(1, -rateOut * momentum, b);
            } else {
                x.accumulate(1, -rateOut, b);
            }
        };
    }
}
