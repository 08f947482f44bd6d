package dev.plumbline.tensor;

import java.io.IOException;
import java.io.OutputStream;

/** An FP32 tensor around {@code values}, row-major, which it takes over: half the memory of a {@link Tensor}. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FloatTensor(Shape shape, float[] values) implements TensorSource {

    public FloatTensor {
        if (values.length != shape.size()) {
            throw new IllegalArgumentException(values.length + " values for shape " + shape);
        }
    }

    @Override
    public Datatype datatype() {
        return Datatype.FP32;
    }

    @Override
    public float[] floats() {
        return values.clone();
    }

    @Override
    public double[] doubles() {
        double[] widened = new double[values.length];
        for (int i = 0; i < widened.length; i++) {
            widened[i] = values[i];
        }
        return widened;
    }

    @Override
    public void doubles(int from, double[] into, int count) {
        for (int i = 0; i < count; i++) {
            into[i] = values[from + i];
        }
    }

    @Override
    public Tensor tensor() {
        return Tensor.of(shape, Datatype.FP32, doubles());
    }

    @Override
    public void write(OutputStream out) throws IOException {
        Elements.write(values, out);
    }
}
