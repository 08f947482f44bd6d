package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The running sum along an axis (counted from the front). */
record CumulativeSum(int axis) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        Shapes.axis(axis, inputs.get(0).rank());
        return inputs.get(0);
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] y = inputs.get(0).values().clone();
        int stride = shape.strides()[axis];
        int block = stride * shape.extent(axis);
        for (int i = 0; i < y.length; i++) {
            if (i % block >= stride) {
                y[i] += y[i - stride];
            }
        }
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return new CumulativeSum(axis + 1).value(inputs, shape.prepend(copies));
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Germs.linear(this, inputs, inputs.size(), side);
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        if (dx == null) {
            return;
        }
        int stride = output.shape().strides()[axis];
        int block = stride * output.shape().extent(axis);
        double[] running = cotangent.clone();
        for (int i = running.length - 1; i >= 0; i--) {
            if (i % block < block - stride) {
                running[i] += running[i + stride];
            }
            dx[i] += running[i];
        }
    }
}
