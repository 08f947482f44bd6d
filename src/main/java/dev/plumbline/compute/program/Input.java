package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tensor given at evaluation by name: a parameter, which is differentiated, or data, which is not. */
public record Input(String name, Shape given, Role role) implements Op {

    public enum Role {
        PARAMETER,
        DATA
    }

    @Override
    public Shape shape(List<Shape> inputs) {
        return given;
    }

    @Override
    public double[] value(List<Tensor> inputs, Shape shape) {
        throw new IllegalStateException("the value of an input is given, not computed");
    }

    @Override
    public Germ germ(List<Germ> inputs, Side side) {
        throw new IllegalStateException("this stands at the beginning of a direction");
    }

    @Override
    public void pullBack(List<Tensor> inputs, Tensor output, double[] cotangent, double[] @Nullable [] into) {}
}
