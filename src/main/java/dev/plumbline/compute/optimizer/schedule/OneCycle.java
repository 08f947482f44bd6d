package dev.plumbline.compute.optimizer.schedule;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Up from {@code baseRate / startDivisor} to the base rate, and down to {@code baseRate / startDivisor / endDivisor} (Smith and
 * Topin 2018). The base rate is the peak.
 *
 * <p>{@code PYTORCH} is OneCycleLR, whose rise ends at {@code rise steps - 1} steps taken and whose fall at {@code steps - 1}, so
 * that the last of {@code steps} steps has the last rate; {@code OPTAX} is cosine_onecycle_schedule and
 * linear_onecycle_schedule with its rise cut to whole steps, ending at {@code steps} taken. With three phases (PyTorch only) it
 * comes down to where it began as fast as it rose, and then goes on to the end.
 *
 * <p>A momentum that is cycled goes the same ways, from its maximum to its base and back, and stays in a third phase.
 *
 * @param momenta between which the momentum is cycled; null where the optimizer's own stays
 */
public record OneCycle(
        long steps,
        double rise,
        double startDivisor,
        double endDivisor,
        Anneal anneal,
        boolean threePhases,
        Counting counting,
        @Nullable MomentumCycle momenta)
        implements Schedule {

    /** OneCycleLR's by default. */
    public static final MomentumCycle USUAL_MOMENTA = new MomentumCycle(0.85, 0.95);

    /** The way from one rate to the next. */
    public enum Anneal {
        COSINE,
        LINEAR
    }

    /** Whose ends of phases. */
    public enum Counting {
        PYTORCH,
        OPTAX
    }

    /** Of the learning rate alone. */
    public OneCycle(
            long steps,
            double rise,
            double startDivisor,
            double endDivisor,
            Anneal anneal,
            boolean threePhases,
            Counting counting) {
        this(steps, rise, startDivisor, endDivisor, anneal, threePhases, counting, null);
    }

    public OneCycle {
        Schedule.require(steps > 1, "steps", steps, "2 or more");
        Schedule.require(rise > 0 && rise < 1, "rise", rise, "a number in (0, 1)");
        Schedule.require(startDivisor > 0, "startDivisor", startDivisor, "a number above 0");
        Schedule.require(endDivisor > 0, "endDivisor", endDivisor, "a number above 0");
        Schedule.require(
                !threePhases || (counting == Counting.PYTORCH && rise <= 0.5),
                "threePhases",
                "rise " + rise + ", counting " + counting,
                "a rise of 0.5 at most, as PyTorch counts");
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        double start = baseRate / startDivisor;
        return at(t, start, baseRate, start / endDivisor);
    }

    @Override
    public OptionalDouble momentum(long t) {
        MomentumCycle cycle = momenta;
        return cycle == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(cycle.held(at(t, cycle.max(), cycle.base(), cycle.max())));
    }

    @Override
    public Schedule cyclingMomentum(MomentumCycle ofOneCycle) {
        return momenta == null && counting == Counting.PYTORCH
                ? new OneCycle(steps, rise, startDivisor, endDivisor, anneal, threePhases, counting, ofOneCycle)
                : this;
    }

    /** From {@code start} to {@code peak}, back as far as the third phase begins, and to {@code end}. */
    private double at(long t, double start, double peak, double end) {
        double now = t - 1;
        boolean torch = counting == Counting.PYTORCH;
        double top = torch ? rise * steps - 1 : Math.floor(rise * steps);
        double last = torch ? steps - 1 : steps;
        if (now <= top) {
            return between(start, peak, top > 0 ? now / top : 1);
        }
        double down = threePhases ? 2 * rise * steps - 2 : last;
        return threePhases && now > down
                ? between(start, end, (now - down) / (last - down))
                : between(peak, threePhases ? start : end, (now - top) / (down - top));
    }

    private double between(double from, double to, double share) {
        double held = Math.min(share, 1);
        return anneal == Anneal.LINEAR
                ? from + (to - from) * held
                : to + (from - to) / 2 * (Math.cos(Math.PI * held) + 1);
    }
}
