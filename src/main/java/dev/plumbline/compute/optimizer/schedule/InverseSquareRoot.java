package dev.plumbline.compute.optimizer.schedule;

/**
 * {@code baseRate min(t / warmup, sqrt(warmup / t))}: up in a line to the base rate at step {@code warmup}, then down with
 * the root of the step. Vaswani et al. (2017, section 5.3), whose factor is taken into the base rate.
 */
public record InverseSquareRoot(long warmup) implements Schedule {

    public InverseSquareRoot {
        Schedule.require(warmup > 0, "warmup", warmup, "1 or more");
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        double share = (double) t / warmup;
        return baseRate * Math.min(share, 1 / Math.sqrt(share));
    }
}
