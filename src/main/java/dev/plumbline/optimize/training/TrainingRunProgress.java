package dev.plumbline.optimize.training;

import dev.plumbline.compute.health.Symptom;
import java.util.List;
import java.util.Map;

/**
 * How far a run is.
 *
 * @param loss at the parameters before this iteration's step, on its batch
 * @param gradientNorm over all parameters, before clipping
 * @param secondsLeft at the present speed, if nothing stops the run before
 * @param health of this iteration, in short
 */
public record TrainingRunProgress(
        long iteration,
        double loss,
        double gradientNorm,
        double learningRate,
        double iterationsPerSecond,
        double secondsLeft,
        ShortHealth health) {

    /**
     * @param gradientNorms by layer, before clipping
     * @param updateRatios by layer, {@code ||update|| / ||parameters||}; empty where no step was taken
     * @param findings the rules that found something at the start of the run
     */
    public record ShortHealth(
            Map<String, Double> gradientNorms, Map<String, Double> updateRatios, List<Symptom> findings) {}
}
