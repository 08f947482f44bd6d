package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts {@code fill} around a tensor: {@code before} and {@code after} elements along each axis. */
public record Pad(List<Integer> before, List<Integer> after, double fill) implements Op {

    public Pad {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape source = inputs.get(0);
        if (before.size() != source.rank() || after.size() != source.rank()) {
            throw Problem.invalid(
                    "",
                    "a padding needs two widths for every axis",
                    List.of(before.size(), after.size()),
                    source.rank() + " of each");
        }
        Shapes.requireNotNegative(before, "padding");
        Shapes.requireNotNegative(after, "padding");
        long[] extents = new long[source.rank()];
        for (int axis = 0; axis < extents.length; axis++) {
            extents[axis] = (long) before.get(axis) + source.extent(axis) + after.get(axis);
        }
        return Shapes.of(extents);
    }

    /** Whether it leaves the first two axes as they are. */
    public boolean isSpatial() {
        return before.size() > 2 && Stream.of(before, after).allMatch(all -> all.get(0) == 0 && all.get(1) == 0);
    }

    @Override
    public boolean isMove() {
        return true;
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] y = new double[shape.size()];
        Arrays.fill(y, fill);
        Tensor x = inputs.get(0);
        StridedRows.of(x.shape(), shape.strides(), x.shape().strides()).copy(y, start(shape), x.values(), 0);
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return new Pad(Copies.inFront(0, before), Copies.inFront(0, after), fill).value(inputs, shape.prepend(copies));
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Germs.linear(this, inputs, inputs.size(), side);
    }

    /** Its fill does not move. */
    @Override
    public double[] linear(List<Tensor> inputs, Shape shape) {
        return new Pad(before, after, 0).value(inputs, shape);
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        if (dx != null) {
            Shape source = inputs.get(0).shape();
            Shape shape = output.shape();
            StridedRows.of(source, source.strides(), shape.strides()).add(dx, 0, cotangent, start(shape));
        }
    }

    private int start(Shape shape) {
        int[] strides = shape.strides();
        int start = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            start += before.get(axis) * strides[axis];
        }
        return start;
    }
}
