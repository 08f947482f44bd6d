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
 * @param ignored an index that picks nothing: there the result is 0, whatever x holds
 */
public record GatherElements(
        int axis, boolean fromEnd, @Nullable Integer ignored) implements Op {

    private static final int NOTHING = -1;

    GatherElements(int axis, boolean fromEnd) {
        this(axis, fromEnd, null);
    }

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
            y[i] = sources[i] == NOTHING ? 0 : x[sources[i]];
        }
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        if (differs[1]) {
            return new GatherElements(axis + 1, fromEnd, ignored)
                    .value(Copies.all(copies, inputs, differs), shape.prepend(copies));
        }
        double[] x = inputs.get(0).values();
        int part = x.length / Math.max(1, copies);
        Shape own = Copies.one(inputs.get(0).shape());
        int[] sources = sources(own, inputs.get(1));
        double[] y = new double[copies * shape.size()];
        for (int c = 0, i = 0; c < copies; c++) {
            for (int source : sources) {
                y[i++] = source == NOTHING ? 0 : x[c * part + source];
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
            if (sources[i] != NOTHING) {
                dx[sources[i]] += cotangent[i];
            }
        }
    }

    private int[] sources(Shape x, Tensor chosen) {
        Shape shape = chosen.shape();
        int[] indices = Indices.of(taken(chosen), fromEnd ? -x.extent(axis) : 0, x.extent(axis));
        int[] strides = x.strides();
        int[] sources = new int[indices.length];
        int[] index = new int[shape.rank()];
        for (int i = 0; i < sources.length; i++) {
            int source = indices[i] * strides[axis];
            for (int k = 0; k < index.length; k++) {
                source += k == axis ? 0 : index[k] * strides[k];
            }
            sources[i] = isIgnored(chosen.at(i)) ? NOTHING : source;
            for (int k = index.length - 1; k >= 0 && ++index[k] == shape.extent(k); k--) {
                index[k] = 0;
            }
        }
        return sources;
    }

    /** The indices with a harmless one in place of those that pick nothing. */
    private Tensor taken(Tensor chosen) {
        return ignored == null ? chosen : chosen.map(index -> isIgnored(index) ? 0 : index);
    }

    private boolean isIgnored(double index) {
        return ignored != null && index == ignored;
    }
}
