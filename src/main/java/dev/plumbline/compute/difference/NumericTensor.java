package dev.plumbline.compute.difference;

/**
 * Numeric derivatives by every entry of a tensor, row-major.
 *
 * @param values D
 * @param bounds U: what truncation and noise may have done to D
 * @param kinkRadii half the distance between the left and right slope where the objective bends, else 0: the
 *     subgradients are {@code D - radius ... D + radius}
 * @param way how they were differenced
 * @param evaluations of the objective, or of its part behind the node that was moved
 */
@SuppressWarnings("ArrayRecordComponent") // large, handed on once, never compared
public record NumericTensor(double[] values, double[] bounds, double[] kinkRadii, Way way, long evaluations) {

    static NumericTensor zeros(int size, Way way) {
        return new NumericTensor(new double[size], new double[size], new double[size], way, 0);
    }

    /** Adds another part of the same derivatives to this one. */
    NumericTensor plus(NumericTensor part) {
        for (int i = 0; i < values.length; i++) {
            values[i] += part.values[i];
            bounds[i] += part.bounds[i];
            kinkRadii[i] += part.kinkRadii[i];
        }
        return this;
    }

    NumericTensor withEvaluations(long count) {
        return new NumericTensor(values, bounds, kinkRadii, way, count);
    }

    /** What was moved to difference a tensor. */
    public enum Way {
        /** The node behind its affine map, all samples at once. */
        NODES,
        /** Each entry by itself. */
        ENTRIES
    }
}
