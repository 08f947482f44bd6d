package dev.plumbline.compute.optimizer.schedule;

/**
 * {@code baseRate min(s / warmup, sqrt(warmup / s))}: up in a line to the base rate at s = {@code warmup}, then down with
 * the root. s counts from {@code first}: 1 is Vaswani et al. (2017, section 5.3), whose factor is taken into the base rate, and
 * s is t; 0 is Transformers, whose first step so has the rate 0.
 */
public record InverseSquareRoot(long warmup, long first) implements Schedule {

    public InverseSquareRoot(long warmup) {
        this(warmup, 1);
    }

    public InverseSquareRoot {
        Schedule.require(warmup > 0, "warmup", warmup, "1 or more");
        Schedule.require(first == 0 || first == 1, "first", first, "0 or 1");
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        double share = (double) (t - 1 + first) / warmup;
        return baseRate * (share < 1 ? share : 1 / Math.sqrt(share));
    }
}
