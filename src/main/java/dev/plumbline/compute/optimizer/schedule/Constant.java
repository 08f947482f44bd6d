package dev.plumbline.compute.optimizer.schedule;

/** The base rate, always. */
public record Constant() implements Schedule {

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        return baseRate;
    }
}
