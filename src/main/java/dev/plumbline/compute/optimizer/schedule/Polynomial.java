package dev.plumbline.compute.optimizer.schedule;

/**
 * {@code minimumRate + (baseRate - minimumRate) (1 - min(t - 1, steps) / steps)^power}: Optax's polynomial_schedule, Keras's
 * PolynomialDecay, Transformers' linear (power 1) and polynomial schedules, and PyTorch's PolynomialLR, which goes to 0.
 */
public record Polynomial(long steps, double power, double minimumRate) implements Schedule {

    public Polynomial {
        Schedule.require(steps > 0, "steps", steps, "1 or more");
        Schedule.require(power > 0 && power < Double.POSITIVE_INFINITY, "power", power, "a number above 0");
        Schedule.require(
                minimumRate >= 0 && minimumRate < Double.POSITIVE_INFINITY, "minimumRate", minimumRate, "0 or more");
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        double left = 1 - Math.min(t - 1, steps) / (double) steps;
        return minimumRate + (baseRate - minimumRate) * Math.pow(left, power);
    }
}
