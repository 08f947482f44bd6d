package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.UnaryFunction.ATAN;
import static dev.plumbline.compute.program.UnaryFunction.COS;
import static dev.plumbline.compute.program.UnaryFunction.EXP;
import static dev.plumbline.compute.program.UnaryFunction.FLOOR;
import static dev.plumbline.compute.program.UnaryFunction.LOG1P;
import static dev.plumbline.compute.program.UnaryFunction.SIN;
import static dev.plumbline.compute.program.UnaryFunction.SQRT;
import static dev.plumbline.compute.program.UnaryFunction.TANH;

/**
 * Trigonometric and hyperbolic functions and their inverses, composed so that none loses digits near 0 to a difference of
 * nearly equal numbers; and rounding.
 */
public final class InverseFunctions {

    private InverseFunctions() {}

    public static Node tan(ProgramBuilder b, Node x) {
        return b.divide(b.unary(SIN, x), b.unary(COS, x));
    }

    /** {@code asin x = atan(x / sqrt((1 - x) (1 + x)))}. */
    public static Node asin(ProgramBuilder b, Node x) {
        Node one = b.constant(1);
        Node cosine = b.unary(SQRT, b.multiply(b.subtract(one, x), b.add(one, x)));
        return b.unary(ATAN, b.divide(x, cosine));
    }

    /** {@code acos x = 2 atan sqrt((1 - x) / (1 + x))}. */
    public static Node acos(ProgramBuilder b, Node x) {
        Node one = b.constant(1);
        Node square = b.divide(b.subtract(one, x), b.add(one, x));
        return b.multiply(b.unary(ATAN, b.unary(SQRT, square)), 2);
    }

    /**
     * The angle of the point (x, y) in (-pi, pi]: {@code a = 2 atan(y / (r + |x|))} on the right, {@code +-pi - a} on the left, r
     * the point's distance from the origin; 0 at the origin. On the negative axis it jumps, and what goes round with it, as its
     * sine does, is smooth.
     */
    public static Node atan2(ProgramBuilder b, Node y, Node x) {
        Node zero = b.constant(0);
        Node square = b.add(b.square(x), b.square(y));
        Node atOrigin = b.binary(BinaryFunction.EQUAL, square, zero);
        Node r = b.unary(SQRT, b.select(atOrigin, b.constant(1), square));
        Node right = b.binary(BinaryFunction.LESS, zero, x);
        Node size = b.select(right, x, b.negate(x)); // not |x|, which bends
        Node angle = b.multiply(b.unary(ATAN, b.divide(y, b.add(r, size))), 2);
        Node below = b.binary(BinaryFunction.LESS, y, zero);
        Node turn = b.select(below, b.constant(-Math.PI), b.constant(Math.PI));
        return b.select(atOrigin, zero, b.select(right, angle, b.subtract(turn, angle)));
    }

    /** {@code sinh x = tanh x cosh x}. */
    public static Node sinh(ProgramBuilder b, Node x) {
        return b.multiply(b.unary(TANH, x), cosh(b, x));
    }

    /** {@code cosh x = 1 + 2 sinh^2(x/2)}, whose derivative is small where x is, as {@code (e^x - e^-x) / 2} is not. */
    public static Node cosh(ProgramBuilder b, Node x) {
        Node half = b.multiply(x, 0.5);
        Node sine = b.multiply(b.unary(TANH, half), sumOfExponentials(b, half));
        return b.add(b.multiply(b.square(sine), 2), b.constant(1));
    }

    /** {@code (e^x + e^-x) / 2}. */
    private static Node sumOfExponentials(ProgramBuilder b, Node x) {
        return b.multiply(b.add(b.unary(EXP, x), b.unary(EXP, b.negate(x))), 0.5);
    }

    /** {@code asinh x = log1p(x + x^2 / (1 + sqrt(1 + x^2)))} for x from 0 on, and odd. */
    public static Node asinh(ProgramBuilder b, Node x) {
        Node negative = b.binary(BinaryFunction.LESS, x, b.constant(0));
        Node size = b.select(negative, b.negate(x), x); // not |x|, which bends
        Node one = b.constant(1);
        Node square = b.square(size);
        Node rest = b.divide(square, b.add(one, b.unary(SQRT, b.add(one, square))));
        Node value = b.unary(LOG1P, b.add(size, rest));
        return b.select(negative, b.negate(value), value);
    }

    /** {@code acosh x = log1p(u + sqrt(u (x + 1)))}, u = x - 1. */
    public static Node acosh(ProgramBuilder b, Node x) {
        Node one = b.constant(1);
        Node u = b.subtract(x, one);
        return b.unary(LOG1P, b.add(u, b.unary(SQRT, b.multiply(u, b.add(x, one)))));
    }

    /** {@code atanh x = (log1p x - log1p(-x)) / 2}. */
    public static Node atanh(ProgramBuilder b, Node x) {
        return b.multiply(b.subtract(b.unary(LOG1P, x), b.unary(LOG1P, b.negate(x))), 0.5);
    }

    /** To the nearest integer; halves to the even one. */
    public static Node round(ProgramBuilder b, Node x) {
        Node low = b.unary(FLOOR, x);
        Node fraction = b.subtract(x, low);
        Node high = b.add(low, b.constant(1));
        Node half = b.multiply(low, 0.5);
        Node even = b.binary(BinaryFunction.EQUAL, b.unary(FLOOR, half), half);
        Node atHalf = b.select(even, low, high);
        Node below = b.binary(BinaryFunction.LESS, fraction, b.constant(0.5));
        Node above = b.binary(BinaryFunction.LESS, b.constant(0.5), fraction);
        return b.select(below, low, b.select(above, high, atHalf));
    }
}
