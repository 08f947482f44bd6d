package dev.plumbline.compute.optimizer;

import static java.lang.Math.pow;

import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * AMSGrad (Reddi, Kale and Kumar 2018): Adam whose denominator never shrinks.
 *
 * <pre>
 * m = beta1 m + (1 - beta1) g              mHat = m / (1 - beta1^t)
 * v = beta2 v + (1 - beta2) g^2
 * MAX_OF_UNCORRECTED: vMax = max(vMax, v)                       vHat = vMax / (1 - beta2^t)
 * MAX_OF_CORRECTED:   vMax = max(vMax, v / (1 - beta2^t))       vHat = vMax
 * x = x - learningRate mHat / (sqrt(vHat) + epsilon)
 * </pre>
 *
 * Two trajectories under one name: PyTorch, Keras and ND4J take the maximum of the uncorrected v, Optax of the corrected;
 * the paper corrects nothing at all.
 */
public record AmsGrad(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        Epsilon epsilonConvention,
        Variant variant,
        WeightDecay weightDecay)
        implements Optimizer {

    /** What the maximum is taken of. */
    public enum Variant {
        MAX_OF_UNCORRECTED,
        MAX_OF_CORRECTED
    }

    public AmsGrad {
        new Adam(learningRate, beta1, beta2, epsilon, epsilonConvention, weightDecay);
    }

    public static AmsGrad preset(Preset preset) {
        if (preset == Preset.HUGGING_FACE || preset == Preset.BITSANDBYTES) {
            throw preset.lacks("amsgrad", Preset.PYTORCH, Preset.OPTAX, Preset.KERAS, Preset.ND4J);
        }
        Adam adam = Adam.preset(preset);
        return new AmsGrad(
                adam.learningRate(),
                adam.beta1(),
                adam.beta2(),
                adam.epsilon(),
                adam.epsilonConvention(),
                preset == Preset.OPTAX ? Variant.MAX_OF_CORRECTED : Variant.MAX_OF_UNCORRECTED,
                adam.weightDecay());
    }

    @Override
    public Kind kind() {
        return Kind.AMSGRAD;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.zeros("m"), Slot.zeros("v"), Slot.zeros("vMax"));
    }

    @Override
    public Rule rule(long t) {
        double meanRate = learningRate / (1 - pow(beta1, t));
        double correction = 1 - pow(beta2, t);
        boolean correctedFirst = variant == Variant.MAX_OF_CORRECTED;
        double weight = correctedFirst ? 1 / correction : 1;
        Root root = epsilonConvention.root(epsilon, correctedFirst ? 1 : correction);
        return chunk -> {
            Strip g = chunk.gradient();
            Strip m = chunk.slot(0);
            Strip v = chunk.slot(1);
            Strip vMax = chunk.slot(2);
            m.accumulate(beta1, 1 - beta1, g);
            v.accumulateSquare(beta2, 1 - beta2, g);
            vMax.maximum(weight, v);
            chunk.parameters().accumulateQuotient(1, -meanRate, m, root, vMax);
        };
    }
}
