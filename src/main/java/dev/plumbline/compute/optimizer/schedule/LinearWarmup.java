package dev.plumbline.compute.optimizer.schedule;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A straight line from {@code startFactor baseRate} at step 1 to the base rate at step {@code steps + 1}, and from there
 * {@code next}, which counts from 1 again; PyTorch's LinearLR, and SequentialLR of the two. A plateau that comes next sees
 * no metric of the warm-up: PyTorch's SequentialLR takes no ReduceLROnPlateau, and whoever writes the two by hand steps
 * the second when the first is done. A momentum that is cycled next waits where it begins, as in SequentialLR.
 */
public record LinearWarmup(long steps, double startFactor, Schedule next) implements Schedule {

    public LinearWarmup {
        Schedule.require(steps > 0, "steps", steps, "1 or more");
        Schedule.require(startFactor >= 0 && startFactor <= 1, "startFactor", startFactor, "a number in [0, 1]");
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        if (t > steps) {
            return next.rate(t - steps, baseRate, metrics);
        }
        return baseRate * (startFactor + (1 - startFactor) * (t - 1) / steps);
    }

    @Override
    public OptionalDouble momentum(long t) {
        return next.momentum(Math.max(1, t - steps));
    }

    @Override
    public @Nullable MomentumCycle momenta() {
        return next.momenta();
    }

    @Override
    public Schedule cyclingMomentum(MomentumCycle ofOneCycle) {
        return new LinearWarmup(steps, startFactor, next.cyclingMomentum(ofOneCycle));
    }

    @Override
    public Course course(double baseRate) {
        Course after = next.course(baseRate);
        return new Course() {
            @Override
            public void measured(double metric) {
                after.measured(metric);
            }

            @Override
            public double rate(long t) {
                return t > steps ? after.rate(t - steps) : LinearWarmup.this.rate(t, baseRate);
            }

            @Override
            public double[] state() {
                return after.state();
            }

            @Override
            public void resume(double[] state) {
                after.resume(state);
            }
        };
    }

    @Override
    public long measuredFrom() {
        long from = next.measuredFrom();
        return from > Long.MAX_VALUE - steps ? Long.MAX_VALUE : steps + from;
    }
}
