package dev.plumbline.compute.optimizer.schedule;

/**
 * Up from {@code minimumRate} to the base rate in {@code up} steps, down again in {@code down}, and again (Smith 2017):
 * PyTorch's CyclicLR. Its height is the same each time ({@code TRIANGULAR}), half of the last time ({@code TRIANGULAR2}), or
 * {@code factor^(t - 1)} of it ({@code EXPONENTIAL}, PyTorch's exp_range).
 */
public record Cyclic(long up, long down, double minimumRate, Mode mode, double factor) implements Schedule {

    /** How its height changes. */
    public enum Mode {
        TRIANGULAR,
        TRIANGULAR2,
        EXPONENTIAL
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
        long cycle = (t - 1) / (up + down);
        long since = (t - 1) % (up + down);
        double share = since <= up ? (double) since / up : (double) (up + down - since) / down;
        double height =
                switch (mode) {
                    case TRIANGULAR -> 1;
                    case TRIANGULAR2 -> Math.pow(0.5, cycle);
                    case EXPONENTIAL -> Math.pow(factor, t - 1);
                };
        return minimumRate + (baseRate - minimumRate) * share * height;
    }
}
