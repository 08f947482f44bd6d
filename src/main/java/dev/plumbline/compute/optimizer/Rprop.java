package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * Rprop (Riedmiller and Braun 1993) as PyTorch has it, Rprop- without going back: every entry has a step size of its own, which
 * grows while the gradient keeps its sign.
 *
 * <pre>
 * s = g previous
 * size = size (s &gt; 0: grow, s &lt; 0: shrink, else 1), between smallestStep and largestStep      learningRate before step 1
 * g = 0 where s &lt; 0
 * x = x - size sign(g)            previous = g
 * </pre>
 *
 * The learning rate is only where the sizes start: a schedule changes nothing after step 1. Only PyTorch has it; Optax's rprop
 * is the same with other defaults.
 */
public record Rprop(
        double learningRate,
        double shrink,
        double grow,
        double smallestStep,
        double largestStep,
        WeightDecay weightDecay)
        implements Optimizer {

    public Rprop {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.require(shrink > 0 && shrink < 1, "shrink", shrink, "a number in (0, 1)");
        Bounds.require(grow > 1 && grow < Double.POSITIVE_INFINITY, "grow", grow, "a number above 1");
        Bounds.nonNegative("smallestStep", smallestStep);
        Bounds.require(largestStep >= smallestStep, "largestStep", largestStep, "smallestStep or more");
    }

    public static Rprop preset(Preset preset) {
        return switch (preset) {
            case PYTORCH -> new Rprop(1e-2, 0.5, 1.2, 1e-6, 50, WeightDecay.NONE);
            case OPTAX -> new Rprop(1e-3, 0.5, 1.2, 1e-6, 50, WeightDecay.NONE);
            case KERAS, ND4J, HUGGING_FACE, BITSANDBYTES -> throw preset.lacks("rprop", Preset.PYTORCH, Preset.OPTAX);
        };
    }

    @Override
    public Kind kind() {
        return Kind.RPROP;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("previous"), new Slot("size", learningRate));
    }

    @Override
    public Rule rule(long t) {
        return chunk -> {
            Strip x = chunk.parameters();
            Strip previous = chunk.slot(0);
            Strip size = chunk.slot(1);
            for (int i = 0; i < x.length(); i++) {
                double g = chunk.gradient().at(i);
                double s = Math.signum(g) * Math.signum(previous.at(i));
                double factor = s > 0 ? grow : s < 0 ? shrink : 1;
                double used = s < 0 ? 0 : g;
                size.put(i, learningRate == 0 ? 0 : Math.min(Math.max(size.at(i) * factor, smallestStep), largestStep));
                x.put(i, x.at(i) - size.at(i) * Math.signum(used));
                previous.put(i, used);
            }
        };
    }
}
