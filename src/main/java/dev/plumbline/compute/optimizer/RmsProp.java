package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Chunk;
import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSprop (Tieleman and Hinton 2012, lecture 6.5), centered after Graves (2013):
 *
 * <pre>
 * v = alpha v + (1 - alpha) g^2
 * centered:  mean = alpha mean + (1 - alpha) g       w = max(v - mean^2, 0)      else w = v
 * d = sqrt(w) + epsilon  or  sqrt(w + epsilon)       ({@link Epsilon})
 * no momentum:       x = x - learningRate g / d
 * buffer GRADIENTS:  b = momentum b + g / d                   x = x - learningRate b
 * buffer UPDATES:    b = momentum b + learningRate g / d      x = x - b
 * </pre>
 *
 * PyTorch has no maximum with 0 and steps to NaN where rounding makes the variance negative.
 */
public record RmsProp(
        double learningRate,
        double alpha,
        double epsilon,
        Epsilon epsilonConvention,
        double momentum,
        MomentumBuffer buffer,
        boolean centered,
        double initialSquare,
        WeightDecay weightDecay)
        implements Optimizer {

    public RmsProp {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.fraction("alpha", alpha);
        Bounds.nonNegative("epsilon", epsilon);
        Bounds.nonNegative("momentum", momentum);
        Bounds.nonNegative("initialSquare", initialSquare);
    }

    public static RmsProp preset(Preset preset) {
        MomentumBuffer gradients = MomentumBuffer.GRADIENTS;
        MomentumBuffer updates = MomentumBuffer.UPDATES;
        WeightDecay none = WeightDecay.NONE;
        return switch (preset) {
            case PYTORCH, BITSANDBYTES -> new RmsProp(1e-2, 0.99, 1e-8, Epsilon.STANDARD, 0, gradients, false, 0, none);
            case OPTAX -> new RmsProp(1e-2, 0.9, 1e-8, Epsilon.INSIDE_ROOT, 0, updates, false, 0, none);
            case KERAS -> new RmsProp(1e-3, 0.9, 1e-7, Epsilon.INSIDE_ROOT, 0, updates, false, 0, none);
            case ND4J -> new RmsProp(1e-1, 0.95, 1e-8, Epsilon.STANDARD, 0, updates, false, 1e-8, none);
            case HUGGING_FACE -> throw preset.lacks("rmsprop", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.ND4J);
        };
    }

    @Override
    public Kind kind() {
        return Kind.RMSPROP;
    }

    @Override
    public List<Slot> slots() {
        List<Slot> slots = new ArrayList<>(List.of(new Slot("v", initialSquare)));
        if (centered) {
            slots.add(Slot.zeros("mean"));
        }
        if (momentum > 0) {
            slots.add(Slot.zeros("momentum"));
        }
        return List.copyOf(slots);
    }

    @Override
    public int scratches() {
        return centered ? 1 : 0;
    }

    @Override
    public Rule rule(long t) {
        Root root = epsilonConvention.root(epsilon, 1);
        double rateIn = buffer == MomentumBuffer.UPDATES ? learningRate : 1;
        double rateOut = buffer == MomentumBuffer.UPDATES ? 1 : learningRate;
        return chunk -> {
            Strip x = chunk.parameters();
            Strip g = chunk.gradient();
            Strip v = chunk.slot(0);
            v.accumulateSquare(alpha, 1 - alpha, g);
            Strip w = centered ? variance(chunk) : v;
            if (momentum > 0) {
                Strip b = chunk.slot(centered ? 2 : 1);
                b.accumulateQuotient(momentum, rateIn, g, root, w);
                x.accumulate(1, -rateOut, b);
            } else {
                x.accumulateQuotient(1, -learningRate, g, root, w);
            }
        };
    }

    private Strip variance(Chunk chunk) {
        Strip mean = chunk.slot(1);
        Strip w = chunk.scratch(0);
        mean.accumulate(alpha, 1 - alpha, chunk.gradient());
        w.load(chunk.slot(0));
        w.accumulateSquare(1, -1, mean);
        w.clamp(0, Double.POSITIVE_INFINITY);
        return w;
    }
}
