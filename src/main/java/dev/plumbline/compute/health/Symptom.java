package dev.plumbline.compute.health;

/** What a rule looks for. */
public enum Symptom {
    NON_FINITE,
    VANISHING,
    EXPLODING,
    DEAD_UNITS,
    SATURATION,
    UPDATE_RATIO,
    INITIALISATION,
    LOSS,
    DATA,
    /** A part that no derivative reaches, because the graph is cut. */
    DETACHED,
    /** A loss that takes logits is given probabilities, or one that takes log-probabilities. */
    LOGITS,
    /** A softmax whose largest probability is 1 within rounding. */
    SATURATED_SOFTMAX,
    /** Inputs far from mean 0 and spread 1. */
    INPUTS,
    /** Targets that are all the same, or that the output cannot reach. */
    TARGETS,
    /** Equal inputs, with different targets or with the same. */
    REPEATED_SAMPLES,
    /** A batch far from what the noise of the gradient calls for. */
    BATCH_SIZE,
    /** A step against the curvature of the loss along it. */
    LEARNING_RATE,
    /** Entries of the gradient that float16 flushes to 0. */
    UNDERFLOW;

    /** Whether only a model can show it, which norms alone never do. */
    public boolean isOfAModel() {
        return compareTo(DETACHED) >= 0;
    }
}
