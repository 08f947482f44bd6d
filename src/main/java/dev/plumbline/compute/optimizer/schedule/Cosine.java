package dev.plumbline.compute.optimizer.schedule;

/**
 * Half a cosine from the base rate down to {@code minimumRate} (Loshchilov and Hutter 2017, without restarts):
 * {@code minimumRate + (baseRate - minimumRate) (1 + cos(pi (t - 1) / steps)) / 2}. After {@code steps} it stays there, as in
 * Optax, Keras and Transformers; where it {@code rises} it goes up again the way it came, as PyTorch's CosineAnnealingLR.
 */
public record Cosine(long steps, double minimumRate, boolean rises) implements Schedule {

    public Cosine(long steps, double minimumRate) {
        this(steps, minimumRate, false);
    }

    public Cosine {
        Schedule.require(steps > 0, "steps", steps, "1 or more");
        Schedule.require(
                minimumRate >= 0 && minimumRate < Double.POSITIVE_INFINITY, "minimumRate", minimumRate, "0 or more");
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        double share = (rises ? t - 1 : Math.min(t - 1, steps)) / (double) steps;
        return minimumRate + (baseRate - minimumRate) * (1 + Math.cos(Math.PI * share)) / 2;
    }
}
