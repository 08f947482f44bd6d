package dev.plumbline.compute.optimizer;

import static java.lang.Math.max;
import static java.lang.Math.pow;

import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky 1992; Bottou 2010) as PyTorch has it:
 *
 * <pre>
 * x = x (1 - lambda eta) - eta g
 * average = average + mu (x - average)           mu = 1 until step averageFrom + 1, then 1 / (t - averageFrom)
 * eta = learningRate / (1 + lambda learningRate t)^alpha                              learningRate before step 1
 * </pre>
 *
 * PyTorch computes eta after the step, so that a schedule shows one step late, and keeps it in float32, its default datatype,
 * whatever the parameters are: so do we. The average is kept beside the parameters, which are x. No other library has it.
 */
public record Asgd(double learningRate, double lambda, double alpha, double averageFrom, WeightDecay weightDecay)
        implements Optimizer {

    public Asgd {
        Bounds.nonNegative("learningRate", learningRate);
        Bounds.nonNegative("lambda", lambda);
        Bounds.nonNegative("alpha", alpha);
        Bounds.nonNegative("averageFrom", averageFrom);
    }

    public static Asgd preset(Preset preset) {
        return switch (preset) {
            case PYTORCH -> new Asgd(1e-2, 1e-4, 0.75, 1e6, WeightDecay.NONE);
            case OPTAX, KERAS, ND4J, HUGGING_FACE, BITSANDBYTES -> throw preset.lacks("asgd", Preset.PYTORCH);
        };
    }

    @Override
    public Kind kind() {
        return Kind.ASGD;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("average"), Slot.scalar("eta"));
    }

    @Override
    public boolean wholeTensors() {
        return true;
    }

    /** The numbers beside a tensor do not depend on its entries. */
    @Override
    public boolean mixesEntries() {
        return false;
    }

    @Override
    public int scratches() {
        return 1;
    }

    @Override
    public Rule rule(long t) {
        double mu = t == 1 ? 1 : (float) (1 / max(1, t - 1 - averageFrom));
        return chunk -> {
            Strip x = chunk.parameters();
            Strip average = chunk.slot(0);
            Strip eta = chunk.slot(1);
            double rate = t == 1 ? (float) learningRate : (float) eta.at(0);
            x.scale(1 - lambda * rate);
            x.accumulate(1, -rate, chunk.gradient());
            if (mu == 1) {
                average.load(x);
            } else {
                Strip away = chunk.scratch(0);
                away.load(x);
                away.accumulate(1, -1, average);
                average.accumulate(1, mu, away);
            }
            eta.put(0, (float) (learningRate / pow(1 + lambda * learningRate * t, alpha)));
        };
    }
}
