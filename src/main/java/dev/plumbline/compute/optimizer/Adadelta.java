package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * Adadelta (Zeiler 2012, Algorithm 1):
 *
 * <pre>
 * v = rho v + (1 - rho) g^2
 * delta = g sqrt(u + epsilon) / sqrt(v + epsilon)
 * u = rho u + (1 - rho) delta^2
 * x = x - learningRate delta                  the paper's learning rate is 1
 * </pre>
 */
public record Adadelta(double learningRate, double rho, double epsilon, WeightDecay weightDecay) implements Optimizer {

    public Adadelta {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.fraction("rho", rho);
        Bounds.nonNegative("epsilon", epsilon);
    }

    public static Adadelta preset(Preset preset) {
        return switch (preset) {
            case PYTORCH, OPTAX -> new Adadelta(1, 0.9, 1e-6, WeightDecay.NONE);
            case KERAS -> new Adadelta(1e-3, 0.95, 1e-7, WeightDecay.NONE);
            case ND4J -> new Adadelta(1, 0.95, 1e-6, WeightDecay.NONE);
            case HUGGING_FACE, BITSANDBYTES ->
                throw preset.lacks("adadelta", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.ND4J);
        };
    }

    @Override
    public Kind kind() {
        return Kind.ADADELTA;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("v"), Slot.zeros("u"));
    }

    @Override
    public int scratches() {
        return 2;
    }

    @Override
    public Rule rule(long t) {
        Root root = new Root(epsilon, 1, 0);
        return chunk -> {
            Strip g = chunk.gradient();
            Strip v = chunk.slot(0);
            Strip u = chunk.slot(1);
            Strip delta = chunk.scratch(0);
            Strip denominator = chunk.scratch(1);
            v.accumulateSquare(rho, 1 - rho, g);
            delta.root(root, u);
            denominator.root(root, v);
            delta.divide(denominator);
            delta.multiply(g);
            u.accumulateSquare(rho, 1 - rho, delta);
            chunk.parameters().accumulate(1, -learningRate, delta);
        };
    }
}
