package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.BinaryFunction.LESS;
import static dev.plumbline.compute.program.BinaryFunction.LESS_OR_EQUAL;
import static dev.plumbline.compute.program.UnaryFunction.ABS;
import static dev.plumbline.compute.program.UnaryFunction.SIGMOID;
import static dev.plumbline.compute.program.UnaryFunction.SOFTPLUS;
import static dev.plumbline.compute.program.UnaryFunction.TANH;

/** Functions between layers, composed of primitives; at a kink with the slope that PyTorch takes there. */
public final class Activations {

    /** Klambauer et al., 2017, equation 14; files hold these, rounded to float32. */
    public static final double SELU_ALPHA = 1.6732632423543772848;

    public static final double SELU_SCALE = 1.0507009873554804934;

    private Activations() {}

    /** {@code scale elu(x)} with the constants that keep mean 0 and variance 1 (Klambauer et al., 2017). */
    public static Node selu(ProgramBuilder b, Node x) {
        return selu(b, x, SELU_ALPHA, SELU_SCALE);
    }

    /** The same with other constants. */
    public static Node selu(ProgramBuilder b, Node x, double alpha, double scale) {
        return b.multiply(Compositions.elu(b, x, alpha), scale);
    }

    /** {@code max(0, x) + min(0, alpha (e^(x / alpha) - 1))} (Barron, 2017). */
    public static Node celu(ProgramBuilder b, Node x, double alpha) {
        double inverse = 1 / alpha;
        Node scale = (float) inverse == inverse ? b.constant(inverse) : b.ofKernel(inverse);
        return b.multiply(Compositions.elu(b, b.multiply(x, scale), 1), alpha);
    }

    /** {@code x sigmoid(x)}. */
    public static Node silu(ProgramBuilder b, Node x) {
        return swish(b, x, 1);
    }

    /** {@code x sigmoid(beta x)} (Ramachandran et al., 2017). */
    public static Node swish(ProgramBuilder b, Node x, double beta) {
        return b.multiply(x, b.unary(SIGMOID, b.multiply(x, beta)));
    }

    /** {@code x tanh(log(1 + e^x))} (Misra, 2019). */
    public static Node mish(ProgramBuilder b, Node x) {
        return b.multiply(x, b.unary(TANH, b.unary(SOFTPLUS, x)));
    }

    /** {@code log(1 + e^(beta x)) / beta}, and x itself where beta x is above the threshold, as in PyTorch. */
    public static Node softplus(ProgramBuilder b, Node x, double beta, double threshold) {
        Node scaled = b.multiply(x, beta);
        Node linear = b.binary(LESS, b.constant(threshold), scaled);
        return b.select(linear, x, b.multiply(b.unary(SOFTPLUS, scaled), 1 / beta));
    }

    /** {@code log(1 / (1 + e^-x))}. */
    public static Node logSigmoid(ProgramBuilder b, Node x) {
        return b.negate(b.unary(SOFTPLUS, b.negate(x)));
    }

    /** {@code x / (1 + |x|)}. */
    public static Node softsign(ProgramBuilder b, Node x) {
        return b.divide(x, b.add(b.unary(ABS, x), b.constant(1)));
    }

    /** {@code min(high, max(low, x))}, flat at the bounds themselves. */
    public static Node hardTanh(ProgramBuilder b, Node x, double low, double high) {
        Node below = b.binary(LESS_OR_EQUAL, x, b.constant(low));
        Node above = b.binary(LESS_OR_EQUAL, b.constant(high), x);
        return b.select(below, b.constant(low), b.select(above, b.constant(high), x));
    }

    /** {@code min(6, max(0, x + 3)) / 6}. */
    public static Node hardSigmoid(ProgramBuilder b, Node x) {
        return b.multiply(hardTanh(b, b.add(x, b.constant(3)), 0, 6), b.ofKernel(1.0 / 6));
    }

    /** {@code x min(6, max(0, x + 3)) / 6}; at the bounds with the slope from between them. */
    public static Node hardSwish(ProgramBuilder b, Node x) {
        Node below = b.binary(LESS, x, b.constant(-3));
        Node above = b.binary(LESS, b.constant(3), x);
        Node between = b.multiply(b.multiply(x, b.add(x, b.constant(3))), 1.0 / 6);
        return b.select(below, b.constant(0), b.select(above, x, between));
    }

    /** x where it is further than lambda from 0, else 0. */
    public static Node hardShrink(ProgramBuilder b, Node x, double lambda) {
        Node far = b.binary(LESS, b.constant(lambda), b.unary(ABS, x));
        return b.select(far, x, b.constant(0));
    }

    /** x moved by lambda towards 0, and 0 where it is nearer than that. */
    public static Node softShrink(ProgramBuilder b, Node x, double lambda) {
        Node above = b.binary(LESS, b.constant(lambda), x);
        Node below = b.binary(LESS, x, b.constant(-lambda));
        Node moved = b.select(below, b.add(x, b.constant(lambda)), b.constant(0));
        return b.select(above, b.subtract(x, b.constant(lambda)), moved);
    }

    /** {@code x - tanh(x)}. */
    public static Node tanhShrink(ProgramBuilder b, Node x) {
        return b.subtract(x, b.unary(TANH, x));
    }

    /** x where it is above the threshold, else the value. */
    public static Node threshold(ProgramBuilder b, Node x, double threshold, double value) {
        return b.select(b.binary(LESS, b.constant(threshold), x), x, b.constant(value));
    }

    /** {@code x} where x > 0, else {@code slope x}, the slope a tensor that broadcasts: at 0 the slope, as in PyTorch. */
    public static Node prelu(ProgramBuilder b, Node x, Node slope) {
        return b.select(b.binary(LESS, b.constant(0), x), x, b.multiply(slope, x));
    }

    /** {@code a sigmoid(b)} for the two halves a and b along an axis of even extent (Dauphin et al., 2017). */
    public static Node glu(ProgramBuilder b, Node x, int axis) {
        int along = Shapes.axis(axis, x.rank());
        int half = x.shape().extent(along) / 2;
        Node gate = b.unary(SIGMOID, b.slice(x, along, half, half, 1));
        return b.multiply(b.slice(x, along, 0, half, 1), gate);
    }
}
