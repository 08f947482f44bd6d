package dev.plumbline.compute.program;

import dev.plumbline.problem.Problem;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reorders the axes: axis k of the result is axis {@code permutation[k]} of the input. */
public record Transpose(List<Integer> permutation) implements Op {

    public Transpose {
        permutation = List.copyOf(permutation);
    }

    @Override
    public Shape shape(List<Shape> inputs) {
        Shape source = inputs.get(0);
        if (permutation.size() != source.rank()
                || permutation.stream().distinct().count() != source.rank()
                || permutation.stream().anyMatch(axis -> axis < 0 || axis >= source.rank())) {
            throw Problem.invalid(
                    "",
                    "this is no order of the axes of " + source,
                    permutation,
                    "each axis from 0 to " + (source.rank() - 1) + " once");
        }
        return Shape.of(permutation.stream().mapToInt(source::extent).toArray());
    }

    @Override
    public boolean isMove() {
        return true;
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        double[] y = new double[shape.size()];
        Tensor x = inputs.get(0);
        StridedRows.of(shape, shape.strides(), permuted(x.shape())).copy(y, 0, x.values(), 0);
        return y;
    }

    @Override
    public double[] values(int copies, List<Tensor> inputs, boolean[] differs, Shape shape) {
        List<Integer> shifted = new ArrayList<>(List.of(0));
        permutation.forEach(axis -> shifted.add(axis + 1));
        return new Transpose(shifted).value(inputs, shape.prepend(copies));
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
            StridedRows.of(shape, permuted(inputs.get(0).shape()), shape.strides())
                    .add(dx, 0, cotangent, 0);
        }
    }

    private int[] permuted(Shape source) {
        int[] strides = source.strides();
        return permutation.stream().mapToInt(axis -> strides[axis]).toArray();
    }
}
