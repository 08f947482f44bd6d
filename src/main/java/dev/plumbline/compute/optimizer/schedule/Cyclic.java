package dev.plumbline.compute.optimizer.schedule;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Up from {@code minimumRate} to the base rate in {@code up} steps, down again in {@code down}, and again (Smith 2017):
 * PyTorch's CyclicLR. Its height is the same each time ({@code TRIANGULAR}), half of the last time ({@code TRIANGULAR2}), or
 * {@code factor^(t - 1)} of it ({@code EXPONENTIAL}, PyTorch's exp_range).
 * A momentum that is cycled comes down from its maximum as the rate goes up, and its cycles shrink as the rate's.
 *
 * @param momenta between which the momentum is cycled; null where the optimizer's own stays
 */
public record Cyclic(
        long up,
        long down,
        double minimumRate,
        Mode mode,
        double factor,
        @Nullable MomentumCycle momenta) implements Schedule {

    /** CyclicLR's by default. */
    public static final MomentumCycle USUAL_MOMENTA = new MomentumCycle(0.8, 0.9);

    /** How its height changes. */
    public enum Mode {
        TRIANGULAR,
        TRIANGULAR2,
        EXPONENTIAL
    }

    /** Of the learning rate alone. */
    public Cyclic(long up, long down, double minimumRate, Mode mode, double factor) {
        this(up, down, minimumRate, mode, factor, null);
    }

    public Cyclic {
        Schedule.require(up > 0, "up", up, "1 or more");
        Schedule.require(down > 0, "down", down, "1 or more");
        Schedule.require(
                minimumRate >= 0 && minimumRate < Double.POSITIVE_INFINITY, "minimumRate", minimumRate, "0 or more");
        Schedule.require(factor > 0 && factor <= 1, "factor", factor, "a number in (0, 1]");
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        return minimumRate + (baseRate - minimumRate) * height(t);
    }

    @Override
    public OptionalDouble momentum(long t) {
        MomentumCycle cycle = momenta;
        return cycle == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(cycle.held(cycle.max() - (cycle.max() - cycle.base()) * height(t)));
    }

    @Override
    public Schedule cyclingMomentum(MomentumCycle ofOneCycle) {
        return momenta == null ? new Cyclic(up, down, minimumRate, mode, factor, USUAL_MOMENTA) : this;
    }

    /** The share of the way up that step {@code t} is at. */
    private double height(long t) {
        long cycle = (t - 1) / (up + down);
        long since = (t - 1) % (up + down);
        double share = since <= up ? (double) since / up : (double) (up + down - since) / down;
        double largest =
                switch (mode) {
                    case TRIANGULAR -> 1;
                    case TRIANGULAR2 -> Math.pow(0.5, cycle);
                    case EXPONENTIAL -> Math.pow(factor, t - 1);
                };
        return share * largest;
    }
}
