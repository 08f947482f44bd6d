package dev.plumbline.compute.health;

import java.util.Map;

/**
 * Something to do about a finding.
 *
 * @param advice in plain words
 * @param numbers for this network: by layer for an initialisation (the standard deviation to draw weights with), else by
 *     the name of the hyper-parameter; empty where there is none
 */
public record Remedy(Action action, String advice, Map<String, Double> numbers) {

    /** What is to be changed. */
    public enum Action {
        ACTIVATION,
        INITIALISATION,
        BIAS,
        NORMALISATION,
        RESIDUAL,
        CLIPPING,
        LEARNING_RATE,
        DATA,
        INVESTIGATION,
        /** The loss, or what it is given. */
        LOSS,
        BATCH_SIZE,
        LOSS_SCALE
    }

    public static Remedy of(Action action, String advice) {
        return new Remedy(action, advice, Map.of());
    }
}
