package dev.plumbline.tensor;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A tensor whose values can be had as an array of one's own, or as bytes, wherever they lie: in memory as float64 ({@link
 * Tensor}) or float32 ({@link FloatTensor}), or still in a file ({@link StoredTensor}). Models of many million parameters
 * travel through this, so that each number is held once and in its own precision.
 */
public sealed interface TensorSource permits Tensor, FloatTensor, StoredTensor {

    Shape shape();

    Datatype datatype();

    /** A new array of the values, row-major, each rounded to float32. */
    float[] floats();

    /** A new array of the values, row-major. */
    double[] doubles();

    /** {@code count} values from position {@code from} on, row-major, into the beginning of {@code into}. */
    void doubles(int from, double[] into, int count);

    /** The same tensor in memory. */
    Tensor tensor();

    /** Writes the values as the little-endian bytes of the datatype, row-major. */
    void write(OutputStream out) throws IOException;

    default long bytes() {
        return (long) shape().size() * datatype().bytes();
    }
}
