package dev.plumbline.compute.optimizer.schedule;

/**
 * Half cosines from the base rate down to {@code minimumRate}, one after the other, the first of {@code steps}, each
 * {@code multiplier} times as long as the one before (Loshchilov and Hutter 2017): PyTorch's CosineAnnealingWarmRestarts, and
 * Optax's sgdr_schedule of equal peaks. Step {@code steps + 1} is at the base rate again; the minimum itself is never reached.
 * Transformers' hard restarts are these with a multiplier of 1 and 0 after the last.
 */
public record CosineRestarts(long steps, long multiplier, double minimumRate) implements Schedule {

    public CosineRestarts {
        Schedule.require(steps > 0, "steps", steps, "1 or more");
        Schedule.require(multiplier >= 1, "multiplier", multiplier, "a whole number, 1 or more");
        Schedule.require(
                minimumRate >= 0 && minimumRate < Double.POSITIVE_INFINITY, "minimumRate", minimumRate, "0 or more");
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        long since = t - 1;
        double length = steps;
        if (multiplier == 1) {
            since %= steps;
        }
        while (since >= length) {
            since -= (long) length;
            length *= multiplier;
        }
        return minimumRate + (baseRate - minimumRate) * (1 + Math.cos(Math.PI * since / length)) / 2;
    }
}
