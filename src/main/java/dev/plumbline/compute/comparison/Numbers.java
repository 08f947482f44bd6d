package dev.plumbline.compute.comparison;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Datatype;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.StoredTensor;
import dev.plumbline.tensor.TensorSource;

/**
 * A tensor's values as float64, wherever they lie, read piece by piece in row-major order. Several threads may read at the same
 * time. What is made of several ranks' files ({@link Slab}, {@link Joined}, {@link Total}) is one of these too.
 */
public interface Numbers {

    Shape shape();

    Datatype datatype();

    /** {@code count} values from position {@code from} on, into the beginning of {@code into}. */
    void read(int from, double[] into, int count);

    default int size() {
        return shape().size();
    }

    default double at(int position) {
        double[] value = new double[1];
        read(position, value, 1);
        return value[0];
    }

    /** All values: for tensors that are known to be small. */
    default double[] all() {
        double[] values = new double[size()];
        read(0, values, values.length);
        return values;
    }

    /** Of one tensor of one file; problems point from {@code pointer} on. */
    static Numbers of(TensorSource tensor, Object... pointer) {
        String place = Problem.pointer(pointer);
        return tensor instanceof StoredTensor stored && !stored.isRowMajor()
                ? ColumnMajor.of(stored, place)
                : new RowMajor(tensor, place);
    }

    /** The same numbers in the same order under another shape. */
    default Numbers as(Shape other) {
        return new Reshaped(this, other);
    }

    /** @param tensor that can be read in pieces */
    record RowMajor(TensorSource tensor, String pointer) implements Numbers {

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
            try {
                tensor.doubles(from, into, count);
            } catch (Problem problem) {
                throw problem.within(pointer);
            }
        }
    }

    /** @param shape of the same size */
    record Reshaped(Numbers numbers, Shape shape) implements Numbers {

        @Override
        public Datatype datatype() {
            return numbers.datatype();
        }

        @Override
        public void read(int from, double[] into, int count) {
            numbers.read(from, into, count);
        }
    }
}
