package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value fixed when the program was built. */
public record Constant(Tensor tensor) implements Op {

    @Override
    public Shape shape(List<Shape> inputs) {
        return tensor.shape();
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        return tensor.values();
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        throw new IllegalStateException("this stands at the beginning of a direction");
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {}
}
