package dev.plumbline.compute.program;

/**
 * The counts that a gradient is likely to be wrong by, read off an objective's data and outputs.
 *
 * @param batch samples in the batch, at least 1
 * @param outputs outputs of each sample, at least 1
 */
public record Counts(int batch, int outputs) {

    public static Counts of(Objective objective) {
        int batch = 1;
        for (Node data : objective.program().data().values()) {
            if (data.rank() > 0) {
                batch = Math.max(1, data.shape().extent(0));
                break;
            }
        }
        int outputs = 1;
        for (Node output : objective.program().outputs().values()) {
            if (output.rank() > 1 && output.shape().extent(0) == batch) {
                outputs = Math.max(1, output.shape().size() / batch);
                break;
            }
        }
        return new Counts(batch, outputs);
    }
}
