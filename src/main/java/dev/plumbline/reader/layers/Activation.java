package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;

/**
 * A function between two layers, with PyTorch's equations and defaults. Softmax and its logarithm go along {@code axis}, the
 * last where it is not given; gelu is the exact one unless {@code approximate} is {@code tanh}.
 *
 * @param factor leakyRelu's slope (0.01) or elu's alpha (1)
 */
record Activation(Kind kind, double factor, int axis, boolean approximate) implements Layer {

    enum Kind {
        IDENTITY,
        RELU,
        LEAKY_RELU,
        ELU,
        GELU,
        SIGMOID,
        TANH,
        SOFTPLUS,
        SOFTMAX,
        LOG_SOFTMAX,
        SILU
    }

    private enum Approximation {
        NONE,
        TANH
    }

    static final Activation IDENTITY = new Activation(Kind.IDENTITY, 0, -1, false);

    /** The attribute {@code activation} of a layer: a kind's name, or an object with the kind. */
    static Activation after(Attributes layer) {
        if (!layer.has("activation")) {
            return IDENTITY;
        }
        Attributes own = layer.nested("activation");
        Activation activation = of(own.choice("kind", Kind.class, null), own);
        own.requireAllKnown();
        return activation;
    }

    static Activation of(Kind kind, Attributes own) {
        double factor =
                switch (kind) {
                    case LEAKY_RELU -> own.number("slope", 0.01);
                    case ELU -> own.number("alpha", 1);
                    default -> 0;
                };
        int axis = kind == Kind.SOFTMAX || kind == Kind.LOG_SOFTMAX ? own.count("axis", -8, -1) : -1;
        boolean approximate = kind == Kind.GELU
                && own.choice("approximate", Approximation.class, Approximation.NONE) == Approximation.TANH;
        return new Activation(kind, factor, axis, approximate);
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        return apply(b, x);
    }

    Node apply(ProgramBuilder b, Node x) {
        return switch (kind) {
            case IDENTITY -> x;
            case RELU -> b.unary(UnaryFunction.RELU, x);
            case LEAKY_RELU -> b.leakyRelu(x, factor);
            case ELU -> Compositions.elu(b, x, factor);
            case GELU -> approximate ? Compositions.geluTanh(b, x) : Compositions.gelu(b, x);
            case SIGMOID -> b.unary(UnaryFunction.SIGMOID, x);
            case TANH -> b.unary(UnaryFunction.TANH, x);
            case SOFTPLUS -> b.unary(UnaryFunction.SOFTPLUS, x);
            case SOFTMAX -> Compositions.softmax(b, x, axis);
            case LOG_SOFTMAX -> Compositions.logSoftmax(b, x, axis);
            case SILU -> b.multiply(x, b.unary(UnaryFunction.SIGMOID, x));
        };
    }
}
