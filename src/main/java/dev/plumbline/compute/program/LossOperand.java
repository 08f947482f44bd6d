package dev.plumbline.compute.program;

/** What a loss reads: outputs of the model, or data. */
public enum LossOperand {
    PREDICTION,
    TARGET,
    /** The variance of a Gaussian. */
    VARIANCE,
    /** A sample like the prediction, in a triplet. */
    POSITIVE,
    /** A sample unlike it. */
    NEGATIVE,
    /** What the prediction is compared with. */
    OTHER,
    /** How many steps of each sequence count; all where they are not given. */
    INPUT_LENGTHS,
    /** How many labels of each target count; all where they are not given. */
    TARGET_LENGTHS;

    public String wireName() {
        return LossSetting.camelCase(name());
    }

    public boolean isRequired() {
        return ordinal() < INPUT_LENGTHS.ordinal();
    }
}
