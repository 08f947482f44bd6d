package dev.plumbline.compute.optimizer;

import dev.plumbline.compute.optimizer.strip.Rule;
import java.util.List;

/**
 * An optimizer that maximizes, as PyTorch's {@code maximize = True}: its equations with {@code -g} for g. The sign turns
 * before weight decay comes into the gradient, so decay pulls towards 0 all the same.
 */
public record Ascent(Optimizer descent) implements Optimizer {

    public Ascent {
        if (descent instanceof Ascent) {
            throw new IllegalArgumentException("it goes uphill already");
        }
    }

    @Override
    public boolean maximizes() {
        return true;
    }

    @Override
    public Kind kind() {
        return descent.kind();
    }

    @Override
    public double learningRate() {
        return descent.learningRate();
    }

    @Override
    public WeightDecay weightDecay() {
        return descent.weightDecay();
    }

    @Override
    public List<Slot> slots() {
        return descent.slots();
    }

    @Override
    public Rule rule(long t) {
        return descent.rule(t);
    }

    @Override
    public int scratches() {
        return descent.scratches();
    }

    @Override
    public boolean wholeTensors() {
        return descent.wholeTensors();
    }

    @Override
    public boolean mixesEntries() {
        return descent.mixesEntries();
    }

    @Override
    public boolean decaysItself() {
        return descent.decaysItself();
    }
}
