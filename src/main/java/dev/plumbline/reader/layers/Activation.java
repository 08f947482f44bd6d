package dev.plumbline.reader.layers;

import dev.plumbline.compute.program.Activations;
import dev.plumbline.compute.program.Compositions;
import dev.plumbline.compute.program.Node;
import dev.plumbline.compute.program.ProgramBuilder;
import dev.plumbline.compute.program.UnaryFunction;
import dev.plumbline.problem.Problem;

/**
 * A function between two layers, with PyTorch's equations and defaults. Softmax and its kin go along {@code axis}, the last
 * where it is not given; gelu is the exact one unless {@code approximate} is {@code tanh}.
 *
 * @param first leakyRelu's slope, the alpha of elu and celu, softplus's beta, a lower bound, lambda or threshold
 * @param second softplus's threshold, an upper bound, or the value below a threshold
 */
record Activation(Kind kind, double first, double second, int axis, boolean approximate) implements Layer {

    enum Kind {
        IDENTITY,
        RELU,
        RELU6,
        LEAKY_RELU,
        ELU,
        CELU,
        SELU,
        GELU,
        SIGMOID,
        HARD_SIGMOID,
        LOG_SIGMOID,
        TANH,
        HARD_TANH,
        TANH_SHRINK,
        HARD_SHRINK,
        SOFT_SHRINK,
        THRESHOLD,
        SOFTPLUS,
        SOFTSIGN,
        SOFTMAX,
        SOFTMIN,
        LOG_SOFTMAX,
        SILU,
        MISH,
        HARD_SWISH,
        GLU
    }

    private enum Approximation {
        NONE,
        TANH
    }

    static final Activation IDENTITY = new Activation(Kind.IDENTITY, 0, 0, -1, false);

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
        double first =
                switch (kind) {
                    case LEAKY_RELU -> own.number("slope", 0.01);
                    case ELU -> own.number("alpha", 1);
                    case CELU -> own.positive("alpha", 1);
                    case SOFTPLUS -> own.positive("beta", 1);
                    case HARD_TANH -> own.number("low", -1);
                    case HARD_SHRINK, SOFT_SHRINK -> own.number("lambda", 0.5);
                    case THRESHOLD -> own.number("threshold", 0);
                    default -> 0;
                };
        double second =
                switch (kind) {
                    case SOFTPLUS -> own.number("threshold", 20);
                    case HARD_TANH -> own.number("high", 1);
                    case THRESHOLD -> own.number("value", 0);
                    default -> 0;
                };
        if (kind == Kind.HARD_TANH && first >= second) {
            throw Problem.invalid(own.pointer("high"), "the bounds contradict each other", second, "above " + first);
        }
        if (first < 0 && (kind == Kind.HARD_SHRINK || kind == Kind.SOFT_SHRINK)) {
            throw Problem.invalid(own.pointer("lambda"), "lambda is not negative", first, "a number from 0");
        }
        int axis =
                switch (kind) {
                    case SOFTMAX, SOFTMIN, LOG_SOFTMAX, GLU -> own.count("axis", -8, -1);
                    default -> -1;
                };
        boolean approximate = kind == Kind.GELU
                && own.choice("approximate", Approximation.class, Approximation.NONE) == Approximation.TANH;
        return new Activation(kind, first, second, axis, approximate);
    }

    @Override
    public Node append(ProgramBuilder b, Node x, Weights weights) {
        return apply(b, x);
    }

    Node apply(ProgramBuilder b, Node x) {
        return switch (kind) {
            case IDENTITY -> x;
            case RELU -> b.unary(UnaryFunction.RELU, x);
            case RELU6 -> Activations.hardTanh(b, x, 0, 6);
            case LEAKY_RELU -> b.leakyRelu(x, first);
            case ELU -> Compositions.elu(b, x, first);
            case CELU -> Activations.celu(b, x, first);
            case SELU -> Activations.selu(b, x);
            case GELU -> approximate ? Compositions.geluTanh(b, x) : Compositions.gelu(b, x);
            case SIGMOID -> b.unary(UnaryFunction.SIGMOID, x);
            case HARD_SIGMOID -> Activations.hardSigmoid(b, x);
            case LOG_SIGMOID -> Activations.logSigmoid(b, x);
            case TANH -> b.unary(UnaryFunction.TANH, x);
            case HARD_TANH -> Activations.hardTanh(b, x, first, second);
            case TANH_SHRINK -> Activations.tanhShrink(b, x);
            case HARD_SHRINK -> Activations.hardShrink(b, x, first);
            case SOFT_SHRINK -> Activations.softShrink(b, x, first);
            case THRESHOLD -> Activations.threshold(b, x, first, second);
            case SOFTPLUS -> Activations.softplus(b, x, first, second);
            case SOFTSIGN -> Activations.softsign(b, x);
            case SOFTMAX -> Compositions.softmax(b, x, axis);
            case SOFTMIN -> Compositions.softmax(b, b.negate(x), axis);
            case LOG_SOFTMAX -> Compositions.logSoftmax(b, x, axis);
            case SILU -> Activations.silu(b, x);
            case MISH -> Activations.mish(b, x);
            case HARD_SWISH -> Activations.hardSwish(b, x);
            case GLU -> glu(b, x);
        };
    }

    private Node glu(ProgramBuilder b, Node x) {
        int along = axis < 0 ? x.rank() + axis : axis;
        if (along < 0 || along >= x.rank() || x.shape().extent(along) % 2 != 0) {
            throw Problem.invalid(
                    "", "a gated linear unit halves an axis", x.shape(), "an even extent along axis " + axis);
        }
        return Activations.glu(b, x, along);
    }
}
