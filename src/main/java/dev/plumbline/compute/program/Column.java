package dev.plumbline.compute.program;

import dev.plumbline.tensor.Tensor;

/**
 * One node in many copies of a program, where each copy differs from the point in a single position of every sample:
 * copy c has {@code values[c * samples + n]} at position {@code positions[c]} of sample n, and the point's values
 * elsewhere. A position of -1 says that this copy does not differ.
 *
 * @param samples how many equal parts the node's row-major values fall into
 */
@SuppressWarnings("ArrayRecordComponent") // passed on within one evaluation, never compared
record Column(int samples, int[] positions, double[] values) {

    int copies() {
        return positions.length;
    }

    Column withValues(double[] others) {
        return new Column(samples, positions, others);
    }

    /** All values of all copies: the point's, with the column put in; one axis more in front. */
    Tensor dense(Tensor point) {
        int size = point.size();
        int sample = size / samples;
        double[] all = new double[copies() * size];
        for (int c = 0; c < copies(); c++) {
            System.arraycopy(point.values(), 0, all, c * size, size);
            for (int n = 0; n < samples && positions[c] >= 0; n++) {
                all[c * size + n * sample + positions[c]] = values[c * samples + n];
            }
        }
        return Tensor.of(point.shape().prepend(copies()), all);
    }
}
