package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Repeats a tensor along new axes in front and along its axes of extent 1. */
public record Broadcast(Shape target) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape source = inputs.get(0);
        if (source.rank() > target.rank() || !Shapes.broadcast(source, target).equals(target)) {
            throw Problem.invalid("", "this shape cannot be broadcast to " + target, source, "extents equal or 1");
        }
        return target;
    }

    @Override
    public boolean isMove() {
        return true;
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] y = new double[shape.size()];
        Tensor x = inputs.get(0);
        StridedRows.of(shape, shape.strides(), StridedRows.broadcastStrides(x.shape(), shape))
                .copy(y, 0, x.values(), 0);
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return value(Copies.aligned(inputs, differs, shape.rank()), shape.prepend(copies));
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Germs.linear(this, inputs, inputs.size(), side);
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        if (dx != null) {
            Shape shape = output.shape();
            StridedRows.of(shape, StridedRows.broadcastStrides(inputs.get(0).shape(), shape), shape.strides())
                    .add(dx, 0, cotangent, 0);
        }
    }
}
