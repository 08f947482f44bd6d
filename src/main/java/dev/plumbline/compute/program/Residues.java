package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
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

    /** Whether each result is not the exact one. Elementary functions are exact only where that is plain. */
    boolean[] rounded(double[] y) {
        boolean[] rounded = new boolean[y.length];
        if (op instanceof Unary unary) {
            mark(unary.function(), y, rounded);
        } else if (op instanceof Binary binary) {
            mark(binary.function(), y, rounded);
        } else {
            Arrays.fill(rounded, true);
        }
        return rounded;
    }

    private void mark(UnaryFunction function, double[] y, boolean[] rounded) {
        switch (function) {
            case NEGATE, STOP_GRADIENT, RELU, ABS, SIGN, FLOOR -> {}
            case SQRT -> {
                for (int i = 0; i < y.length; i++) {
                    rounded[i] = a[i] > 0 && a[i] < TINY || Math.fma(y[i], y[i], -a[i]) != 0;
                }
            }
            case LOG -> {
                for (int i = 0; i < y.length; i++) {
                    rounded[i] = a[i] != 1;
                }
            }
            case SOFTPLUS -> Arrays.fill(rounded, true);
            default -> { // exp, sin, cos, tanh, sigmoid, erf, atan, log1p are exact at 0
                for (int i = 0; i < y.length; i++) {
                    rounded[i] = a[i] != 0;
                }
            }
        }
    }

    private void mark(BinaryFunction function, double[] y, boolean[] rounded) {
        switch (function) {
            case ADD -> {
                for (int i = 0; i < y.length; i++) {
                    rounded[i] = twoSum(a[i], b[i], y[i]) != 0;
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < y.length; i++) {
                    rounded[i] = twoSum(a[i], -b[i], y[i]) != 0;
                }
            }
            case MULTIPLY -> {
                for (int i = 0; i < y.length; i++) {
                    rounded[i] = isTiny(y[i], a[i], b[i]) || Math.fma(a[i], b[i], -y[i]) != 0;
                }
            }
            case DIVIDE -> {
                for (int i = 0; i < y.length; i++) {
                    rounded[i] = isTiny(y[i], a[i], 1) || isTiny(a[i], y[i], b[i]) || Math.fma(y[i], b[i], -a[i]) != 0;
                }
            }
            case POWER -> {
                for (int i = 0; i < y.length; i++) {
                    rounded[i] = isPowerRounded(a[i], b[i], y[i]);
                }
            }
            default -> {}
        }
    }

    private static boolean isPowerRounded(double a, double b, double y) {
        return b == 2 ? isTiny(y, a, a) || Math.fma(a, a, -y) != 0 : b != 1 && b != 0 && a != 1 && a != 0;
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
