package dev.plumbline.compute.optimizer;

import static java.lang.Math.pow;

import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * LAMB (You et al. 2020, Algorithm 2): Adam's direction, at a length that goes with the norm of each tensor.
 *
 * <pre>
 * m = beta1 m + (1 - beta1) g              mHat = m / (1 - beta1^t)
 * v = beta2 v + (1 - beta2) g^2            vHat = v / (1 - beta2^t)
 * r = mHat / (sqrt(vHat) + epsilon) + weightDecay x
 * x = x - learningRate (||x|| / ||r||) r               the ratio is 1 where one of the norms is 0
 * </pre>
 *
 * Norms are of one tensor each. A decoupled decay is part of r ({@code IN_UPDATE}: the paper, Optax, Nvidia's FusedLAMB) or
 * goes beside the step, {@code x (1 - learningRate weightDecay)} ({@code BESIDE}: Keras, bitsandbytes). bitsandbytes lets
 * the ratio be 1 at most; torch-optimizer's LAMB cuts ||x|| at 10 and corrects no bias, and is not offered. {@code pytorch},
 * which has none itself, is FusedLAMB without its clipping.
 */
public record Lamb(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        TrustRatio trustRatio,
        DecayPlace decayPlace,
        WeightDecay weightDecay)
        implements Optimizer {

    /** What ||x|| / ||r|| may be. */
    public enum TrustRatio {
        ANY,
        AT_MOST_ONE
    }

    /** Where a decoupled decay goes. */
    public enum DecayPlace {
        IN_UPDATE,
        BESIDE
    }

    public Lamb {
        new Adam(learningRate, beta1, beta2, epsilon, Epsilon.STANDARD, weightDecay);
    }

    public static Lamb preset(Preset preset) {
        WeightDecay none = WeightDecay.NONE;
        return switch (preset) {
            case PYTORCH ->
                new Lamb(1e-3, 0.9, 0.999, 1e-6, TrustRatio.ANY, DecayPlace.IN_UPDATE, WeightDecay.decoupled(1e-2));
            case OPTAX -> new Lamb(1e-3, 0.9, 0.999, 1e-6, TrustRatio.ANY, DecayPlace.IN_UPDATE, none);
            case KERAS -> new Lamb(1e-3, 0.9, 0.999, 1e-7, TrustRatio.ANY, DecayPlace.BESIDE, none);
            case BITSANDBYTES -> new Lamb(1e-3, 0.9, 0.999, 1e-8, TrustRatio.AT_MOST_ONE, DecayPlace.BESIDE, none);
            case ND4J, HUGGING_FACE ->
                throw preset.lacks("lamb", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.BITSANDBYTES);
        };
    }

    @Override
    public Kind kind() {
        return Kind.LAMB;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("m"), Slot.zeros("v"));
    }

    @Override
    public boolean wholeTensors() {
        return true;
    }

    @Override
    public boolean decaysItself() {
        return decayPlace == DecayPlace.IN_UPDATE;
    }

    @Override
    public int scratches() {
        return 1;
    }

    @Override
    public Rule rule(long t) {
        double meanFactor = 1 / (1 - pow(beta1, t));
        Root root = Epsilon.STANDARD.root(epsilon, 1 - pow(beta2, t));
        double decay = decaysItself() && weightDecay.is(WeightDecay.Kind.DECOUPLED) ? weightDecay.rate() : 0;
        return chunk -> {
            Strip x = chunk.parameters();
            Strip g = chunk.gradient();
            Strip m = chunk.slot(0);
            Strip v = chunk.slot(1);
            Strip r = chunk.scratch(0);
            m.accumulate(beta1, 1 - beta1, g);
            v.accumulateSquare(beta2, 1 - beta2, g);
            r.fill(0);
            r.accumulateQuotient(1, meanFactor, m, root, v);
            r.accumulate(1, decay, x);
            x.accumulate(1, -learningRate * ratio(x.norm(), r.norm()), r);
        };
    }

    private double ratio(double parameters, double update) {
        double ratio = parameters > 0 && update > 0 ? parameters / update : 1;
        return trustRatio == TrustRatio.AT_MOST_ONE ? Math.min(ratio, 1) : ratio;
    }
}
