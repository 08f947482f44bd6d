package dev.plumbline.compute.optimizer;

import static java.lang.Math.pow;
import static java.lang.Math.sqrt;

import dev.plumbline.compute.optimizer.strip.Root;
import dev.plumbline.compute.optimizer.strip.Rule;
import dev.plumbline.compute.optimizer.strip.Strip;
import java.util.List;

/**
 * Schedule-free AdamW (Defazio et al. 2024, Algorithm 1): the steps go to z, gradients are taken at y, and the average x is
 * what was learned. The parameters are y, as its repository has them between {@code train()} and {@code eval()};
 * {@code x = (y - (1 - beta1) z) / beta1}.
 *
 * <pre>
 * v = beta2 v + (1 - beta2) g^2                            vHat = v / (1 - beta2^t)
 * u = g / (sqrt(vHat) + epsilon) + weightDecay y
 * rate = learningRate min(t / warmupSteps, 1)              rateMax = max(rateMax, rate)
 * weight = t^averagingPower rateMax^ratePower              weightSum = weightSum + weight
 * c = weight / weightSum
 * y = (1 - c) y + c z - rate (1 - beta1 (1 - c)) u
 * z = z - rate u
 * </pre>
 *
 * {@code EPSILON_HAT} is the repository before version 1.4: vHat = v, and the root of the correction is in the rate, so in the
 * weights too. {@code STANDARD} is the repository since, and Optax. Keras has none. The running weights are kept beside each
 * tensor, in its datatype, so learning rates may change from step to step.
 */
public record ScheduleFree(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        Epsilon epsilonConvention,
        long warmupSteps,
        double averagingPower,
        double ratePower,
        WeightDecay weightDecay)
        implements Optimizer {

    public ScheduleFree {
        new Adam(learningRate, beta1, beta2, epsilon, epsilonConvention, weightDecay);
        Bounds.require(warmupSteps >= 0, "warmupSteps", warmupSteps, "a whole number, 0 or more");
        Bounds.nonNegative("averagingPower", averagingPower);
        Bounds.nonNegative("ratePower", ratePower);
        Bounds.require(
                epsilonConvention != Epsilon.INSIDE_ROOT,
                "epsilonConvention",
                "insideRoot",
                "standard or epsilonHat: no library has another");
    }

    public static ScheduleFree preset(Preset preset) {
        return switch (preset) {
            case PYTORCH, OPTAX ->
                new ScheduleFree(2.5e-3, 0.9, 0.999, 1e-8, Epsilon.STANDARD, 0, 0, 2, WeightDecay.NONE);
            case KERAS, ND4J, HUGGING_FACE, BITSANDBYTES ->
                throw preset.lacks("schedule-free AdamW", Preset.PYTORCH, Preset.OPTAX);
        };
    }

    @Override
    public Kind kind() {
        return Kind.SCHEDULE_FREE;
    }

    @Override
    public List<Slot> slots() {
        return List.of(Slot.copy("z"), Slot.zeros("v"), Slot.scalar("weightSum"), Slot.scalar("rateMax"));
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
    public boolean decaysItself() {
        return true;
    }

    @Override
    public int scratches() {
        return 2;
    }

    @Override
    public Rule rule(long t) {
        double correction = 1 - pow(beta2, t);
        boolean inRate = epsilonConvention == Epsilon.EPSILON_HAT;
        double rise = t < warmupSteps ? (double) t / warmupSteps : 1;
        double rate = learningRate * rise * (inRate ? sqrt(correction) : 1);
        Root root = Epsilon.STANDARD.root(epsilon, inRate ? 1 : correction);
        double decay = weightDecay.is(WeightDecay.Kind.DECOUPLED) ? weightDecay.rate() : 0;
        return chunk -> {
            Strip y = chunk.parameters();
            Strip g = chunk.gradient();
            Strip z = chunk.slot(0);
            Strip v = chunk.slot(1);
            Strip u = chunk.scratch(0);
            double c = share(chunk.slot(2), chunk.slot(3), t, rate);
            v.accumulateSquare(beta2, 1 - beta2, g);
            u.fill(0);
            u.accumulateQuotient(1, 1, g, root, v);
            u.accumulate(1, decay, y);
            Strip way = chunk.scratch(1); // from y to z: where they are equal, y stays what it is
            way.load(z);
            way.accumulate(1, -1, y);
            y.accumulate(1, c, way);
            y.accumulate(1, -rate * (1 - beta1 * (1 - c)), u);
            z.accumulate(1, -rate, u);
        };
    }

    private double share(Strip weightSum, Strip rateMax, long t, double rate) {
        double largest = Math.max(rateMax.at(0), rate);
        double weight = pow(t, averagingPower) * pow(largest, ratePower);
        double sum = weightSum.at(0) + weight;
        rateMax.put(0, largest);
        weightSum.put(0, sum);
        return sum > 0 ? weight / sum : 0;
    }
}
