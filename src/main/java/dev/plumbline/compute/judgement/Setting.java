package dev.plumbline.compute.judgement;

/**
 * The counts and coefficients a gradient is likely to be wrong by.
 *
 * @param batch samples in the batch, at least 1
 * @param outputs outputs of each sample, 1 if the objective has none
 * @param sequenceLength time steps of each sample, 1 if there are none
 * @param l1 the coefficient of the objective's own term {@code l1 sign(w)} in the gradient, 0 if none
 * @param l2 the coefficient of the objective's own term {@code l2 w} in the gradient, 0 if none
 */
public record Setting(int batch, int outputs, int sequenceLength, double l1, double l2) {

    /** Nothing is known. */
    public static final Setting UNKNOWN = new Setting(1, 1, 1);

    public Setting {
        if (batch < 1 || outputs < 1 || sequenceLength < 1) {
            throw new IllegalArgumentException("counts below 1: " + batch + ", " + outputs + ", " + sequenceLength);
        }
    }

    public Setting(int batch, int outputs, int sequenceLength) {
        this(batch, outputs, sequenceLength, 0, 0);
    }
}
