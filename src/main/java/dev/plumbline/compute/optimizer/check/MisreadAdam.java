package dev.plumbline.compute.optimizer.check;

import static java.lang.Math.pow;
import static java.lang.Math.sqrt;
import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Adam;
import dev.plumbline.compute.optimizer.AdamW;
import dev.plumbline.compute.optimizer.Epsilon;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** A step of Adam or AdamW as somebody misread it, entry by entry in float64, rounded once. */
record MisreadAdam(Adam adam, WeightDecay decay, Misreading misreading) {

    static boolean canBe(Optimizer optimizer) {
        return optimizer instanceof Adam || optimizer instanceof AdamW;
    }

    static MisreadAdam of(Optimizer optimizer, Misreading misreading) {
        Adam adam = optimizer instanceof AdamW w
                ? new Adam(w.learningRate(), w.beta1(), w.beta2(), w.epsilon(), w.epsilonConvention(), WeightDecay.NONE)
                : (Adam) optimizer;
        return new MisreadAdam(adam, optimizer.weightDecay(), misreading);
    }

    /** What a tensor and its moments are after step {@code t}. */
    record After(Tensor parameter, Tensor mean, Tensor square) {}

    After step(long t, Tensor x, Tensor gradient, Map<String, Tensor> moments) {
        double[] mean = new double[x.size()];
        double[] square = new double[x.size()];
        double[] after = new double[x.size()];
        Tensor oldMean = requireNonNull(moments.get("m"));
        Tensor oldSquare = requireNonNull(moments.get("v"));
        for (int i = 0; i < after.length; i++) {
            Entry entry = new Entry(oldMean.at(i), oldSquare.at(i));
            double l2 = decay.kind() == WeightDecay.Kind.L2 ? decay.rate() : 0;
            double step = entry.step(t, x.datatype().round(gradient.at(i)) + l2 * x.at(i));
            double keep = decay.kind() == WeightDecay.Kind.DECOUPLED ? 1 - adam.learningRate() * decay.rate() : 1;
            mean[i] = entry.m;
            square[i] = entry.v;
            after[i] = keep * x.at(i) - step;
        }
        return new After(like(x, after), like(x, mean), like(x, square));
    }

    private static Tensor like(Tensor x, double[] values) {
        return Tensor.of(x.shape(), values).as(x.datatype());
    }

    static Map<String, Tensor> moments(Map<String, Map<String, Tensor>> slots, String name) {
        Map<String, Tensor> moments = new LinkedHashMap<>();
        slots.forEach((slot, tensors) -> moments.put(slot, requireNonNull(tensors.get(name))));
        return moments;
    }

    private final class Entry {
        private double m;
        private double v;

        Entry(double m, double v) {
            this.m = m;
            this.v = v;
        }

        double step(long t, double g) {
            double oldM = m;
            double oldV = v;
            boolean unweighted = misreading == Misreading.BOTH_UNWEIGHTED;
            double takeMean = unweighted || misreading == Misreading.MEAN_UNWEIGHTED ? 1 : 1 - adam.beta1();
            double takeSquare = unweighted || misreading == Misreading.SQUARE_UNWEIGHTED ? 1 : 1 - adam.beta2();
            double keepSquare = misreading == Misreading.KEEP_SQUARED ? adam.beta2() * adam.beta2() : adam.beta2();
            m = adam.beta1() * m + takeMean * g;
            double of = misreading == Misreading.SQUARE_OF_MEAN ? m : g;
            v = keepSquare * v
                    + (misreading == Misreading.WEIGHT_SQUARED ? takeSquare * takeSquare : takeSquare) * of * of;
            double correction1 = 1 - pow(adam.beta1(), t);
            double correction2 = 1 - pow(adam.beta2(), t);
            boolean multiplied = misreading == Misreading.CORRECTION_MULTIPLIED;
            double usedM = misreading == Misreading.STALE_MEAN ? oldM : m;
            double usedV = misreading == Misreading.STALE_SQUARE ? oldV : v;
            double mHat = multiplied ? usedM * correction1 : usedM / correction1;
            double vHat = multiplied ? usedV * correction2 : usedV / correction2;
            if (misreading == Misreading.CORRECTION_IN_PLACE) {
                m = mHat;
                v = vHat;
            }
            return adam.learningRate() * mHat / root(vHat, multiplied ? 1 / correction2 : correction2);
        }

        private double root(double vHat, double correction) {
            if (misreading == Misreading.ROOT_MISSING) {
                return vHat + adam.epsilon();
            }
            return adam.epsilonConvention() == Epsilon.INSIDE_ROOT
                    ? sqrt(vHat + adam.epsilon())
                    : sqrt(vHat)
                            + adam.epsilon() / (adam.epsilonConvention() == Epsilon.EPSILON_HAT ? sqrt(correction) : 1);
        }
    }
}
