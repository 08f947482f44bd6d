package dev.plumbline.optimize.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that a run has come to after an iteration, as rows of float64: what goes on from it goes on as if nothing had happened, to
 * the last bit. Batches are no part of it: their order follows from the seed and the number of the epoch.
 *
 * <p>As bytes, little-endian: a number that says how rows are laid out, how many there are, and each behind its length.
 */
final class TrainingRunState {

    /** Another layout of rows is another number; a run that meets one begins anew. */
    private static final int LAYOUT = 1;

    private final List<double[]> rows = new ArrayList<>();
    private int next;

    void add(double... row) {
        rows.add(row);
    }

    void addAll(List<double[]> more) {
        add(more.size());
        rows.addAll(more);
    }

    /** The next row, in the order in which they were added. */
    double[] take() {
        return rows.get(next++);
    }

    List<double[]> takeAll() {
        int count = (int) take()[0];
        List<double[]> all = List.copyOf(rows.subList(next, next + count));
        next += count;
        return all;
    }

    byte[] bytes() {
        long size = 2L * Integer.BYTES;
        for (double[] row : rows) {
            size += Integer.BYTES + (long) Double.BYTES * row.length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(LAYOUT).putInt(rows.size());
        for (double[] row : rows) {
            bytes.putInt(row.length);
            bytes.asDoubleBuffer().put(row);
            bytes.position(bytes.position() + Double.BYTES * row.length);
        }
        return bytes.array();
    }

    /** Nothing where they are of another layout. */
    static Optional<TrainingRunState> of(byte[] kept) {
        ByteBuffer bytes = ByteBuffer.wrap(kept).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getInt() != LAYOUT) {
            return Optional.empty();
        }
        TrainingRunState state = new TrainingRunState();
        for (int count = bytes.getInt(); count > 0; count--) {
            double[] row = new double[bytes.getInt()];
            DoubleBuffer numbers = bytes.asDoubleBuffer();
            numbers.get(row);
            bytes.position(bytes.position() + Double.BYTES * row.length);
            state.add(row);
        }
        return Optional.of(state);
    }
}
