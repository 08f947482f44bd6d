package dev.plumbline.compute.optimizer.schedule;

/** {@code baseRate factor^(t - 1)}; PyTorch's ExponentialLR. */
public record Exponential(double factor) implements Schedule {

    public Exponential {
        Schedule.require(factor > 0 && factor <= 1, "factor", factor, "a number in (0, 1]");
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        return baseRate * Math.pow(factor, t - 1);
    }
}
