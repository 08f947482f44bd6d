package dev.plumbline.compute.optimizer.schedule;

import dev.plumbline.problem.Problem;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A learning rate for every step, and a momentum where that is cycled too. Steps count from 1 as in the optimizers; PyTorch's
 * schedulers count from 0, so their e is {@code t - 1}.
 */
public sealed interface Schedule
        permits Chained,
                Constant,
                Cosine,
                CosineRestarts,
                Cyclic,
                Exponential,
                InverseSquareRoot,
                LinearWarmup,
                MultiStep,
                OneCycle,
                Polynomial,
                ReduceOnPlateau,
                StepDecay {

    /**
     * The learning rate of step {@code t}.
     *
     * @param baseRate the optimizer's own learning rate
     * @param metrics what was measured from step {@link #measuredFrom} on, oldest first
     */
    double rate(long t, double baseRate, double... metrics);

    /**
     * The momentum of step {@code t}: beta1 of an optimizer that has betas. Empty where the optimizer's own stays, which then
     * is so of every step.
     */
    default OptionalDouble momentum(long t) {
        return OptionalDouble.empty();
    }

    /** Between what the momentum is cycled in all; null where the optimizer's own stays. */
    default @Nullable MomentumCycle momenta() {
        return null;
    }

    /**
     * The schedule with the momentum cycled as PyTorch does unless it is told not to; the same where that has been said, or
     * where PyTorch cycles none.
     */
    default Schedule cyclingMomentum() {
        return cyclingMomentum(OneCycle.USUAL_MOMENTA);
    }

    /** @param ofOneCycle between which OneCycleLR cycles it, which an optimizer's state can say */
    default Schedule cyclingMomentum(MomentumCycle ofOneCycle) {
        return this;
    }

    /** The step from which metrics count, {@link Long#MAX_VALUE} where none ever does. */
    default long measuredFrom() {
        return Long.MAX_VALUE;
    }

    /** The rates of one training, its metrics told one by one: what they come to is kept, not they. */
    interface Course {

        void measured(double metric);

        /** The rate of step {@code t}, after all that has been measured so far. */
        double rate(long t);

        /** What the metrics come to; empty where the rate goes by the step alone. */
        double[] state();

        /** Goes on from the state of another course of the same schedule. */
        void resume(double[] state);
    }

    /** A training that begins. */
    default Course course(double baseRate) {
        return new Course() {
            @Override
            public void measured(double metric) {
                // it goes by the step alone
            }

            @Override
            public double rate(long t) {
                return Schedule.this.rate(t, baseRate);
            }

            @Override
            public double[] state() {
                return new double[0];
            }

            @Override
            public void resume(double[] state) {
                // it goes by the step alone
            }
        };
    }

    /** Refuses what a schedule cannot be made of. */
    static void require(boolean holds, String name, Object got, String expected) {
        if (!holds) {
            throw Problem.invalid("/" + name, name + " is out of range", got, expected);
        }
    }
}
