package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks up slices along an axis (counted from the front): {@code x[..., indices, ...]}, the shape of the indices taking
 * the place of the axis. An embedding is a gather along axis 0. Indices that occur twice add up in the gradient.
 */
public record Gather(int axis) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape x = inputs.get(0);
        Shape indices = inputs.get(1);
        Shapes.axis(axis, x.rank());
        long[] extents = new long[x.rank() - 1 + indices.rank()];
        int k = 0;
        for (int i = 0; i < axis; i++) {
            extents[k++] = x.extent(i);
        }
        for (int i = 0; i < indices.rank(); i++) {
            extents[k++] = indices.extent(i);
        }
        for (int i = axis + 1; i < x.rank(); i++) {
            extents[k++] = x.extent(i);
        }
        return Shapes.of(extents);
    }

    @Override
    public boolean isMove() {
        return true;
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] x = inputs.get(0).values();
        double[] y = new double[shape.size()];
        forEach(inputs, (from, to, length) -> System.arraycopy(x, from, y, to, length));
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        if (differs[1]) {
            return Op.super.values(copies, inputs, differs, shape);
        }
        return new Gather(axis + 1).value(inputs, shape.prepend(copies));
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Germs.linear(this, inputs, 1, side);
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        if (dx == null) {
            return;
        }
        forEach(inputs, (from, to, length) -> {
            for (int i = 0; i < length; i++) {
                dx[from + i] += cotangent[to + i];
            }
        });
    }

    private interface Piece {
        void at(int from, int to, int length);
    }

    private void forEach(List<Tensor> inputs, Piece piece) {
        Shape shape = inputs.get(0).shape();
        int extent = shape.extent(axis);
        int length = shape.strides()[axis];
        int outer = shape.size() == 0 ? 0 : shape.size() / (extent * length);
        int[] indices = Indices.of(inputs.get(1), -extent, extent);
        int to = 0;
        for (int o = 0; o < outer; o++) {
            for (int index : indices) {
                piece.at((o * extent + index) * length, to, length);
                to += length;
            }
        }
    }
}
