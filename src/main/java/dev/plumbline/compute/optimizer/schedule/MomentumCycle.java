package dev.plumbline.compute.optimizer.schedule;

/**
 * Between what a momentum is cycled, against the learning rate: {@code base} where the rate is highest, {@code max} where it
 * is lowest (Smith 2018, section 4.3). PyTorch's {@code base_momentum} and {@code max_momentum}.
 */
public record MomentumCycle(double base, double max) {

    public MomentumCycle {
        Schedule.require(base >= 0 && base < 1, "baseMomentum", base, "a number in [0, 1)");
        Schedule.require(max >= 0 && max < 1, "maxMomentum", max, "a number in [0, 1)");
        Schedule.require(base <= max, "baseMomentum", base + ", beside maxMomentum " + max, "maxMomentum at most");
    }

    /** The same, no further out than these bounds: rounding may carry it there. */
    double held(double momentum) {
        return Math.max(base, Math.min(momentum, max));
    }
}
