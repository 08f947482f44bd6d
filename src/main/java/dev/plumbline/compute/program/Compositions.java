package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.UnaryFunction.ERF;
import static dev.plumbline.compute.program.UnaryFunction.EXP;
import static dev.plumbline.compute.program.UnaryFunction.LOG;
import static dev.plumbline.compute.program.UnaryFunction.RELU;
import static dev.plumbline.compute.program.UnaryFunction.SQRT;
import static dev.plumbline.compute.program.UnaryFunction.STOP_GRADIENT;
import static dev.plumbline.compute.program.UnaryFunction.TANH;

import dev.plumbline.tensor.Shape;
import java.util.Arrays;

/** What several readers compose from primitives; each method states its equation. */
public final class Compositions {

    private Compositions() {}

    /** {@code log softmax(x) = x - m - log sum exp(x - m)} along an axis, m the maximum, which the result does not depend on. */
    public static Node logSoftmax(ProgramBuilder b, Node x, int axis) {
        Node shifted = b.subtract(x, b.unary(STOP_GRADIENT, b.restoreAxes(b.max(x, axis), x.shape(), axis)));
        Node logSum = b.unary(LOG, b.restoreAxes(b.sum(b.unary(EXP, shifted), axis), x.shape(), axis));
        return b.subtract(shifted, logSum);
    }

    /** {@code softmax(x) = exp(x - m) / sum exp(x - m)} along an axis. */
    public static Node softmax(ProgramBuilder b, Node x, int axis) {
        Node shifted = b.subtract(x, b.unary(STOP_GRADIENT, b.restoreAxes(b.max(x, axis), x.shape(), axis)));
        Node exponentials = b.unary(EXP, shifted);
        return b.divide(exponentials, b.restoreAxes(b.sum(exponentials, axis), x.shape(), axis));
    }

    /** {@code log sum exp(x)} over axes, which disappear. */
    public static Node logSumExp(ProgramBuilder b, Node x, int... axes) {
        Node maximum = b.unary(STOP_GRADIENT, b.max(x, axes));
        Node shifted = b.subtract(x, b.restoreAxes(maximum, x.shape(), axes));
        return b.add(b.unary(LOG, b.sum(b.unary(EXP, shifted), axes)), maximum);
    }

    /** {@code (x - mean) / sqrt(variance + epsilon)} over axes; the variance without Bessel's correction. */
    public static Node normalize(ProgramBuilder b, Node x, double epsilon, int... axes) {
        Node centred = b.subtract(x, b.restoreAxes(b.mean(x, axes), x.shape(), axes));
        Node variance = b.restoreAxes(b.mean(b.square(centred), axes), x.shape(), axes);
        return b.divide(centred, b.unary(SQRT, b.add(variance, b.constant(epsilon))));
    }

    /** {@code x Phi(x) = x (1 + erf(x / sqrt 2)) / 2}. */
    public static Node gelu(ProgramBuilder b, Node x) {
        Node tail = b.unary(ERF, b.multiply(x, Math.sqrt(0.5)));
        return b.multiply(b.multiply(x, b.add(tail, b.constant(1))), 0.5);
    }

    /** The tanh approximation of gelu (Hendrycks and Gimpel, 2016). */
    public static Node geluTanh(ProgramBuilder b, Node x) {
        Node cube = b.multiply(b.multiply(b.square(x), x), 0.044715);
        Node tail = b.unary(TANH, b.multiply(b.add(x, cube), Math.sqrt(2 / Math.PI)));
        return b.multiply(b.multiply(x, b.add(tail, b.constant(1))), 0.5);
    }

    /** {@code x} where x > 0, else {@code alpha (e^x - 1)}. */
    public static Node elu(ProgramBuilder b, Node x, double alpha) {
        Node positive = b.binary(BinaryFunction.LESS, b.constant(0), x);
        // Not the minimum of x and 0: at the tie that has half the slope, and for alpha = 1 there is no kink at 0.
        Node negativePart = b.select(positive, b.constant(0), x);
        Node curve = b.multiply(b.subtract(b.unary(EXP, negativePart), b.constant(1)), alpha);
        return b.select(positive, x, curve);
    }

    /** {@code min(high, max(low, x))}: where the bounds contradict each other, the upper one wins. */
    public static Node clip(ProgramBuilder b, Node x, double low, double high) {
        return clip(b, x, b.constant(low), b.constant(high));
    }

    /** The same with bounds that may be tensors. NumPy, PyTorch and ONNX agree on which one wins. */
    public static Node clip(ProgramBuilder b, Node x, Node low, Node high) {
        Node above = b.binary(BinaryFunction.MAXIMUM, x, low);
        return b.binary(BinaryFunction.MINIMUM, above, high);
    }

    /** {@code max(0, 1 - x)}. */
    static Node hinge(ProgramBuilder b, Node x) {
        return b.unary(RELU, b.subtract(b.constant(1), x));
    }

    /** A vector of 1 where axis {@code axis} has this position, 0 elsewhere, as a new last axis of {@code classes}. */
    public static Node oneHot(ProgramBuilder b, Node indices, int classes) {
        double[] range = new double[classes];
        for (int i = 0; i < classes; i++) {
            range[i] = i;
        }
        int[] extents = Arrays.copyOf(indices.shape().extents(), indices.rank() + 1);
        extents[indices.rank()] = 1;
        Node column = b.reshape(indices, Shape.of(extents));
        return b.binary(BinaryFunction.EQUAL, column, b.constant(dev.plumbline.tensor.Tensor.vector(range)));
    }
}
