package dev.plumbline.optimize;

/**
 * How far a run is.
 *
 * @param loss at the parameters before this iteration's step, on its batch
 * @param gradientNorm over all parameters, before clipping
 * @param secondsLeft at the present speed, if nothing stops the run before
 */
public record TrainingRunProgress(
        long iteration,
        double loss,
        double gradientNorm,
        double learningRate,
        double iterationsPerSecond,
        double secondsLeft) {}
