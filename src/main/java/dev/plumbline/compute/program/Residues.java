package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.List;

/** What float64 lost of each result of an element-wise operation: nothing, if it was exact. */
final class Residues {

    private static final double[] NONE = {};
    private static final double TINY = 0x1p-960; // its residue is no float64 as a rule

    private final Op op;
    private final double[] a;
    private final double[] b;

    private Residues(Op op, double[] a, double[] b) {
        this.op = op;
        this.a = a;
        this.b = b;
    }

    static Residues of(Op op, List<Tensor> inputs, Shape shape) {
        if (op instanceof Unary) {
            return new Residues(op, inputs.get(0).values(), NONE);
        }
        return op instanceof Binary
                ? new Residues(op, Branches.spread(inputs.get(0), shape), Branches.spread(inputs.get(1), shape))
                : new Residues(op, NONE, NONE);
    }

    /** Whether {@code y}, the i-th result, is not the exact one. Elementary functions are exact only where that is plain. */
    boolean isRounded(int i, double y) {
        if (op instanceof Unary unary) {
            return isRounded(unary.function(), a[i], y);
        }
        return !(op instanceof Binary binary) || isRounded(binary.function(), a[i], b[i], y);
    }

    private static boolean isRounded(UnaryFunction function, double x, double y) {
        return switch (function) {
            case NEGATE, STOP_GRADIENT, RELU, ABS, SIGN, FLOOR -> false;
            case SQRT -> x > 0 && x < TINY || Math.fma(y, y, -x) != 0;
            case LOG -> x != 1;
            case SOFTPLUS -> true;
            default -> x != 0; // exp, sin, cos, tanh, sigmoid, erf, atan, log1p are exact at 0
        };
    }

    private static boolean isRounded(BinaryFunction function, double a, double b, double y) {
        return switch (function) {
            case ADD -> twoSum(a, b, y) != 0;
            case SUBTRACT -> twoSum(a, -b, y) != 0;
            case MULTIPLY -> isTiny(y, a, b) || Math.fma(a, b, -y) != 0;
            case DIVIDE -> isTiny(y, a, 1) || isTiny(a, y, b) || Math.fma(y, b, -a) != 0;
            case POWER -> b == 2 ? isTiny(y, a, a) || Math.fma(a, a, -y) != 0 : b != 1 && b != 0 && a != 1 && a != 0;
            default -> false;
        };
    }

    /** Whether the residue of the product {@code ab} may itself underflow. */
    private static boolean isTiny(double product, double a, double b) {
        return Math.abs(product) < TINY && a != 0 && b != 0;
    }

    /** {@code a + b - y} without error. */
    private static double twoSum(double a, double b, double y) {
        double other = y - a;
        return (a - (y - other)) + (b - other);
    }
}
