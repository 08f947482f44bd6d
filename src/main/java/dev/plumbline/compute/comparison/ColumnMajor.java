package dev.plumbline.compute.comparison;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.StoredTensor;
import java.lang.ref.SoftReference;

/** A tensor whose first index runs fastest: it cannot be read in pieces, so it is held in memory while there is room. */
final class ColumnMajor implements Numbers {

    private static final int MOST = 1 << 23;

    private final StoredTensor tensor;
    private final String pointer;
    private SoftReference<double[]> held = new SoftReference<>(new double[0]);

    private ColumnMajor(StoredTensor tensor, String pointer) {
        this.tensor = tensor;
        this.pointer = pointer;
    }

    static ColumnMajor of(StoredTensor tensor, String pointer) {
        if (tensor.shape().size() > MOST) {
            throw Problem.unsupported(
                    pointer,
                    "this tensor lies in the file column by column (Fortran order), and is too large to be turned round here",
                    "shape " + tensor.shape(),
                    "at most " + MOST + " entries, or C order: numpy.ascontiguousarray");
        }
        return new ColumnMajor(tensor, pointer);
    }

    @Override
    public Shape shape() {
        return tensor.shape();
    }

    @Override
    public Datatype datatype() {
        return tensor.datatype();
    }

    @Override
    public void read(int from, double[] into, int count) {
        System.arraycopy(values(), from, into, 0, count);
    }

    private synchronized double[] values() {
        double[] values = held.get();
        if (values == null || values.length < size()) {
            try {
                values = tensor.tensor().values();
            } catch (Problem problem) {
                throw problem.within(pointer);
            }
            held = new SoftReference<>(values);
        }
        return values;
    }
}
