package dev.plumbline.compute.optimizer.check;

import static java.lang.Math.pow;
import static java.lang.Math.sqrt;
import static java.util.Objects.requireNonNull;

import dev.plumbline.compute.optimizer.Adagrad;
import dev.plumbline.compute.optimizer.Adam;
import dev.plumbline.compute.optimizer.AdamW;
import dev.plumbline.compute.optimizer.Epsilon;
import dev.plumbline.compute.optimizer.Optimizer;
import dev.plumbline.compute.optimizer.RmsProp;
import dev.plumbline.compute.optimizer.WeightDecay;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A step of Adam, AdamW, RMSprop or Adagrad as somebody misread it, entry by entry in float64, rounded once. RMSprop is Adam
 * whose m is the gradient, and nothing is corrected; Adagrad is that with a v that keeps all and takes all.
 *
 * @param keep of v
 * @param take of the squared gradient
 * @param corrects whether moments are corrected for their start
 * @param square the slot that v is kept in
 */
record MisreadAdam(
        Adam adam,
        WeightDecay decay,
        double keep,
        double take,
        boolean corrects,
        String square,
        Misreading misreading) {

    /** Whether the optimizer has what is misread. */
    static boolean canBe(Optimizer optimizer, Misreading misreading) {
        if (optimizer instanceof Adam || optimizer instanceof AdamW) {
            return true;
        }
        return switch (misreading) {
            case ROOT_MISSING, STALE_SQUARE, MAGNITUDE -> isOfSquaresAlone(optimizer);
            case SQUARE_UNWEIGHTED, WEIGHT_SQUARED, KEEP_SQUARED, WEIGHTS_SWAPPED ->
                optimizer instanceof RmsProp && isOfSquaresAlone(optimizer);
            default -> false;
        };
    }

    private static boolean isOfSquaresAlone(Optimizer optimizer) {
        return (optimizer instanceof RmsProp rms && rms.momentum() == 0 && !rms.centered() && rms.initialSquare() == 0)
                || (optimizer instanceof Adagrad adagrad
                        && adagrad.learningRateDecay() == 0
                        && adagrad.initialAccumulator() == 0);
    }

    static MisreadAdam of(Optimizer optimizer, Misreading misreading) {
        WeightDecay decay = optimizer.weightDecay();
        if (optimizer instanceof RmsProp rms) {
            Adam adam = new Adam(
                    rms.learningRate(), 0, rms.alpha(), rms.epsilon(), rms.epsilonConvention(), WeightDecay.NONE);
            return new MisreadAdam(adam, decay, rms.alpha(), 1 - rms.alpha(), false, "v", misreading);
        }
        if (optimizer instanceof Adagrad grad) {
            Adam adam = new Adam(grad.learningRate(), 0, 0, grad.epsilon(), grad.epsilonConvention(), WeightDecay.NONE);
            String sum = grad.slots().get(0).name();
            return new MisreadAdam(adam, decay, 1, 1, false, sum, misreading);
        }
        Adam adam = optimizer instanceof AdamW w
                ? new Adam(w.learningRate(), w.beta1(), w.beta2(), w.epsilon(), w.epsilonConvention(), WeightDecay.NONE)
                : (Adam) optimizer;
        return new MisreadAdam(adam, decay, adam.beta2(), 1 - adam.beta2(), true, "v", misreading);
    }

    /** What a tensor and its moments are after step {@code t}. */
    record After(Tensor parameter, Tensor mean, Tensor square) {}

    After step(long t, Tensor x, Tensor gradient, Map<String, Tensor> moments) {
        double[] mean = new double[x.size()];
        double[] square = new double[x.size()];
        double[] after = new double[x.size()];
        Tensor oldMean = moment(moments.get("m"), x.shape());
        Tensor oldSquare = moment(moments.get(this.square), x.shape());
        for (int i = 0; i < after.length; i++) {
            Entry entry = new Entry(oldMean.at(i), oldSquare.at(i));
            double step = entry.step(t, x.datatype().round(gradient.at(i)), x.at(i));
            double keep = decay.kind() == WeightDecay.Kind.DECOUPLED && !misreadsDecay()
                    ? 1 - adam.learningRate() * decay.rate()
                    : 1;
            mean[i] = entry.m;
            square[i] = entry.v;
            after[i] = keep * x.at(i) - step;
        }
        return new After(like(x, after), like(x, mean), like(x, square));
    }

    private boolean misreadsDecay() {
        return misreading == Misreading.DECAY_IN_MEAN || misreading == Misreading.DECAY_IN_QUOTIENT;
    }

    private static Tensor moment(@Nullable Tensor kept, Shape shape) {
        return kept == null ? Tensor.zeros(shape) : kept;
    }

    private static Tensor like(Tensor x, double[] values) {
        return Tensor.of(x.shape(), values).as(x.datatype());
    }

    static Map<String, Tensor> moments(Map<String, Map<String, Tensor>> slots, String name) {
        Map<String, Tensor> moments = new LinkedHashMap<>();
        slots.forEach((slot, tensors) -> {
            if (tensors.containsKey(name)) {
                moments.put(slot, requireNonNull(tensors.get(name)));
            }
        });
        return moments;
    }

    private final class Entry {
        private double m;
        private double v;

        Entry(double m, double v) {
            this.m = m;
            this.v = v;
        }

        /** {@code g} as it came, without decay. */
        double step(long t, double g, double x) {
            double oldM = m;
            double oldV = v;
            double l2 = decay.kind() == WeightDecay.Kind.L2 && !misreadsDecay() ? decay.rate() * x : 0;
            double ofMean = g + (misreading == Misreading.DECAY_IN_MEAN ? decay.rate() * x : l2);
            take(ofMean, g + l2);
            double correction1 = corrects ? 1 - pow(adam.beta1(), t) : 1;
            double correction2 = corrects ? 1 - pow(adam.beta2(), t) : 1;
            boolean swapped = misreading == Misreading.CORRECTIONS_SWAPPED;
            boolean multiplied = misreading == Misreading.CORRECTION_MULTIPLIED;
            double usedM = misreading == Misreading.STALE_MEAN ? oldM : m;
            double usedV = misreading == Misreading.STALE_SQUARE ? oldV : v;
            double mHat = multiplied ? usedM * correction1 : usedM / (swapped ? correction2 : correction1);
            double vHat = multiplied ? usedV * correction2 : usedV / (swapped ? correction1 : correction2);
            if (misreading == Misreading.CORRECTION_IN_PLACE) {
                m = mHat;
                v = vHat;
            }
            if (misreading == Misreading.DECAY_IN_QUOTIENT) {
                mHat += decay.rate() * x;
            }
            return adam.learningRate() * mHat / root(vHat, multiplied ? 1 / correction2 : correction2);
        }

        private void take(double ofMean, double g) {
            boolean unweighted = misreading == Misreading.BOTH_UNWEIGHTED;
            boolean swapped = misreading == Misreading.WEIGHTS_SWAPPED;
            double keepMean = swapped ? 1 - adam.beta1() : adam.beta1();
            double takeMean = unweighted || misreading == Misreading.MEAN_UNWEIGHTED
                    ? 1
                    : swapped && corrects ? adam.beta1() : 1 - adam.beta1();
            double takeSquare = unweighted || misreading == Misreading.SQUARE_UNWEIGHTED ? 1 : swapped ? keep : take;
            double keepSquare = misreading == Misreading.KEEP_SQUARED ? keep * keep : swapped ? take : keep;
            m = (corrects ? keepMean * m : 0) + takeMean * ofMean;
            double of = misreading == Misreading.SQUARE_OF_MEAN ? m : g;
            double taken = misreading == Misreading.MAGNITUDE ? Math.abs(of) : of * of;
            v = keepSquare * v
                    + (misreading == Misreading.WEIGHT_SQUARED ? takeSquare * takeSquare : takeSquare) * taken;
        }

        private double root(double vHat, double correction) {
            if (misreading == Misreading.ROOT_MISSING) {
                return vHat + adam.epsilon();
            }
            if (misreading == Misreading.CORRECTION_OUTSIDE_ROOT) {
                return sqrt(vHat * correction) / correction + adam.epsilon();
            }
            return adam.epsilonConvention() == Epsilon.INSIDE_ROOT
                    ? sqrt(vHat + adam.epsilon())
                    : sqrt(vHat)
                            + adam.epsilon() / (adam.epsilonConvention() == Epsilon.EPSILON_HAT ? sqrt(correction) : 1);
        }
    }
}
