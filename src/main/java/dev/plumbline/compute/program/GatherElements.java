package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One element for each index: {@code y[i][j] = x[i][indices[i][j]]} along axis 1, and so on for other axes (counted from
 * the front); the log-probability of the right class is such an element. The other extents of the indices are at most
 * those of x.
 *
 * @param fromEnd whether negative indices count from the end; classes do not, where -1 often means an unlabelled sample
 */
record GatherElements(int axis, boolean fromEnd) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape x = inputs.get(0);
        Shape indices = inputs.get(1);
        Shapes.axis(axis, x.rank());
        boolean fits = indices.rank() == x.rank();
        for (int k = 0; fits && k < x.rank(); k++) {
            fits = k == axis || indices.extent(k) <= x.extent(k);
        }
        if (!fits) {
            throw Problem.invalid(
                    "", "these indices do not fit a tensor of shape " + x, indices, "the same rank, no extent larger");
        }
        return indices;
    }

    @Override
    public boolean isMove() {
        return true;
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] x = inputs.get(0).values();
        double[] y = new double[shape.size()];
        int[] sources = sources(inputs);
        for (int i = 0; i < y.length; i++) {
            y[i] = x[sources[i]];
        }
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return new GatherElements(axis + 1, fromEnd).value(Copies.all(copies, inputs, differs), shape.prepend(copies));
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        if (dx == null) {
            return;
        }
        int[] sources = sources(inputs);
        for (int i = 0; i < sources.length; i++) {
            dx[sources[i]] += cotangent[i];
        }
    }

    private int[] sources(List<Tensor> inputs) {
        Shape x = inputs.get(0).shape();
        Shape shape = inputs.get(1).shape();
        int[] indices = Indices.of(inputs.get(1), fromEnd ? -x.extent(axis) : 0, x.extent(axis));
        int[] strides = x.strides();
        int[] sources = new int[indices.length];
        int[] index = new int[shape.rank()];
        for (int i = 0; i < sources.length; i++) {
            int source = indices[i] * strides[axis];
            for (int k = 0; k < index.length; k++) {
                source += k == axis ? 0 : index[k] * strides[k];
            }
            sources[i] = source;
            for (int k = index.length - 1; k >= 0 && ++index[k] == shape.extent(k); k--) {
                index[k] = 0;
            }
        }
        return sources;
    }
}
