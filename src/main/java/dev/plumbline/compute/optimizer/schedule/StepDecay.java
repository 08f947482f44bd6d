package dev.plumbline.compute.optimizer.schedule;

/** {@code baseRate factor^floor((t - 1) / every)}; PyTorch's StepLR. */
public record StepDecay(long every, double factor) implements Schedule {

    public StepDecay {
        Schedule.require(every > 0, "every", every, "1 or more");
        Schedule.require(factor > 0 && factor <= 1, "factor", factor, "a number in (0, 1]");
    }

    @Override
    public double rate(long t, double baseRate, double... metrics) {
        return baseRate * Math.pow(factor, (t - 1) / every);
    }
}
