package dev.plumbline.compute.optimizer.schedule;

import dev.plumbline.problem.Problem;

/**
 * A learning rate for every step. Steps count from 1 as in the optimizers; PyTorch's schedulers count from 0, so their e is
 * {@code t - 1}.
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
