package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Along each axis the elements {@code start, start + step, ...}, {@code counts} of them; steps may be negative. Bounds
 * are already resolved: readers translate their language's ends and defaults.
 */
public record Slice(List<Integer> starts, List<Integer> counts, List<Integer> steps) implements Op {

    public Slice {
        starts = List.copyOf(starts);
        counts = List.copyOf(counts);
        steps = List.copyOf(steps);
    }

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape source = inputs.get(0);
        if (starts.size() != source.rank() || counts.size() != source.rank() || steps.size() != source.rank()) {
            throw Problem.invalid(
                    "",
                    "a slice needs a start, a count and a step for every axis",
                    List.of(starts.size(), counts.size(), steps.size()),
                    source.rank() + " of each");
        }
        for (int axis = 0; axis < source.rank(); axis++) {
            long first = starts.get(axis);
            long last = first + (counts.get(axis) - 1L) * steps.get(axis);
            int extent = source.extent(axis);
            if (counts.get(axis) < 0
                    || steps.get(axis) == 0
                    || (counts.get(axis) > 0 && (first < 0 || first >= extent || last < 0 || last >= extent))) {
                throw Problem.invalid(
                        "",
                        "this slice leaves axis " + axis + " of " + source,
                        "start " + first + ", count " + counts.get(axis) + ", step " + steps.get(axis),
                        "elements from 0 to " + (extent - 1) + " and a step other than 0");
            }
        }
        return Shape.of(counts.stream().mapToInt(Integer::intValue).toArray());
    }

    @Override
    public boolean isMove() {
        return true;
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] y = new double[shape.size()];
        Tensor x = inputs.get(0);
        StridedRows.of(shape, shape.strides(), strides(x.shape())).copy(y, 0, x.values(), start(x.shape()));
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        return new Slice(Copies.inFront(0, starts), Copies.inFront(copies, counts), Copies.inFront(1, steps))
                .value(inputs, shape.prepend(copies));
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        return Germs.linear(this, inputs, inputs.size(), side);
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {
        double[] dx = into[0];
        if (dx != null) {
            Shape source = inputs.get(0).shape();
            Shape shape = output.shape();
            StridedRows.of(shape, strides(source), shape.strides()).add(dx, start(source), cotangent, 0);
        }
    }

    private int start(Shape source) {
        int[] strides = source.strides();
        int start = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            start += starts.get(axis) * strides[axis];
        }
        return start;
    }

    private int[] strides(Shape source) {
        int[] strides = source.strides();
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] *= steps.get(axis);
        }
        return strides;
    }
}
