package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Joins tensors along an axis (counted from the front); all other extents are equal. */
public record Concat(int axis) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape first = inputs.get(0);
        Shapes.axis(axis, first.rank());
        long[] extents = first.toList().stream().mapToLong(Integer::longValue).toArray();
        for (Shape other : inputs.subList(1, inputs.size())) {
            boolean fits = other.rank() == first.rank();
            for (int k = 0; fits && k < first.rank(); k++) {
                fits = k == axis || other.extent(k) == first.extent(k);
            }
            if (!fits) {
                throw Problem.invalid(
                        "", "these cannot be joined along axis " + axis, inputs, "equal extents on the other axes");
            }
            extents[axis] += other.extent(axis);
        }
        return Shapes.of(extents);
    }

    @Override
    public boolean isMove() {
        return true;
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] y = new double[shape.size()];
        int stride = shape.strides()[axis];
        int start = 0;
        for (Tensor x : inputs) {
            StridedRows.of(x.shape(), shape.strides(), x.shape().strides()).copy(y, start, x.values(), 0);
            start += x.shape().extent(axis) * stride;
        }
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return new Concat(axis + 1).value(Copies.all(copies, inputs, differs), shape.prepend(copies));
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Germs.linear(this, inputs, inputs.size(), side);
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        Shape shape = output.shape();
        int stride = shape.strides()[axis];
        int start = 0;
        for (int k = 0; k < inputs.size(); k++) {
            Shape part = inputs.get(k).shape();
            double[] dx = into[k];
            if (dx != null) {
                StridedRows.of(part, part.strides(), shape.strides()).add(dx, 0, cotangent, start);
            }
            start += part.extent(axis) * stride;
        }
    }
}
