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
public record GatherElements(int axis, boolean fromEnd) implements Op {

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
        int[] sources = sources(inputs.get(0).shape(), inputs.get(1));
        for (int i = 0; i < y.length; i++) {
            y[i] = x[sources[i]];
        }
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        if (differs[1]) {
            return new GatherElements(axis + 1, fromEnd)
                    .value(Copies.all(copies, inputs, differs), shape.prepend(copies));
        }
        double[] x = inputs.get(0).values();
        int part = x.length / Math.max(1, copies);
        Shape own = Copies.one(inputs.get(0).shape());
        int[] sources = sources(own, inputs.get(1));
        double[] y = new double[copies * shape.size()];
        for (int c = 0, i = 0; c < copies; c++) {
            for (int source : sources) {
                y[i++] = x[c * part + source];
            }
        }
        return y;
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
        int[] sources = sources(inputs.get(0).shape(), inputs.get(1));
        for (int i = 0; i < sources.length; i++) {
            dx[sources[i]] += cotangent[i];
        }
    }

    private int[] sources(Shape x, Tensor chosen) {
        Shape shape = chosen.shape();
        int[] indices = Indices.of(chosen, fromEnd ? -x.extent(axis) : 0, x.extent(axis));
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
