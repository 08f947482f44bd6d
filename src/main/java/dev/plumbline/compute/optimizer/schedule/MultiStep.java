package dev.plumbline.compute.optimizer.schedule;

import java.util.List;

/**
 * {@code baseRate factor^n}, n being how many of {@code milestones} are at most t - 1: PyTorch's MultiStepLR, and Optax's and
 * Keras's piecewise constants with equal factors. A milestone of 10 so changes the rate of step 11, the first after ten.
 */
public record MultiStep(List<Long> milestones, double factor) implements Schedule {

    public MultiStep {
        Schedule.require(
                !milestones.isEmpty() && milestones.stream().allMatch(milestone -> milestone > 0),
                "milestones",
                milestones,
                "steps, each 1 or more");
        Schedule.require(factor > 0 && factor < Double.POSITIVE_INFINITY, "factor", factor, "a number above 0");
        milestones = List.copyOf(milestones);
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        long passed = milestones.stream().filter(milestone -> milestone < t).count();
        return baseRate * Math.pow(factor, passed);
    }
}
