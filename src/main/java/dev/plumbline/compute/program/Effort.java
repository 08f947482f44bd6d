package dev.plumbline.compute.program;

import dev.plumbline.tensor.Shape;
import java.util.List;

/**
 * How long operations take, in nanoseconds of one core of the machine that these figures were measured on, by its CPU time and
 * after the compiler has done its work: what counts operations says nothing about time, for a multiplication takes 1 ns an
 * element, a softplus 19, and a multiply-add of a matrix product 1.3 where it stays in Java and 0.03 in a large one of ND4J.
 * {@code EstimatesTests} holds whole checks against them. Bad, by a factor of ten and more, for what runs before it is compiled.
 */
final class Effort {

    /** Handling one node, its call and its array. */
    static final double HANDLING = 250;

    /** One call of ND4J's, and what it takes to copy one number there and back. */
    private static final double CALL = 20_000;

    private static final double COPIED = 1.2;
    private static final double MULTIPLY_ADD_IN_JAVA = 1.3;
    private static final double MULTIPLY_ADD_IN_ND4J = 0.033;

    private Effort() {}

    /** The value of a node, in several copies at once. */
    static double of(Node node, int copies) {
        return HANDLING + copies * arithmetic(node.op(), Program.shapes(node), node.shape(), copies);
    }

    /** For each copy. */
    private static double arithmetic(Op op, List<Shape> inputs, Shape output, int copies) {
        double size = output.size();
        if (op instanceof Unary unary) {
            return size * each(unary.function());
        } else if (op instanceof Binary binary) {
            return size * each(binary.function());
        } else if (op instanceof MatMul product) {
            return matMul(product, inputs, output, copies);
        } else if (op instanceof Convolution convolution) {
            return convolution(convolution, inputs, output);
        } else if (op instanceof Reduce reduce) {
            return inputs.get(0).size() * (reduce.kind() == Reduce.Kind.SUM ? 1.3 : 3.5);
        } else if (op instanceof MaxPool) {
            return 2 * op.cost(inputs, output);
        } else if (op instanceof AveragePool) {
            return 5 * op.cost(inputs, output);
        } else if (op instanceof Reshape || op instanceof Input || op instanceof Constant) {
            return 0;
        }
        return 1.5 * size;
    }

    private static double each(UnaryFunction function) {
        return switch (function) {
            case NEGATE, RELU, ABS, STOP_GRADIENT -> 0.9;
            case SIGN, FLOOR, SQRT -> 2;
            case EXP, LOG, TANH, SIGMOID -> 6;
            case SIN, COS, ERF, ATAN -> 9;
            case LOG1P -> 12;
            case SOFTPLUS -> 19;
        };
    }

    private static double each(BinaryFunction function) {
        return switch (function) {
            case ADD, SUBTRACT, MULTIPLY -> 1;
            case DIVIDE, MAXIMUM, MINIMUM, LESS, LESS_OR_EQUAL, EQUAL -> 4.5;
            case POWER -> 14;
        };
    }

    /** Copies lie in the rows of one product where the batch does. */
    private static double matMul(MatMul product, List<Shape> inputs, Shape output, int copies) {
        double k = inputs.get(0).extent(product.transposeFirst() ? -2 : -1);
        double m = output.extent(-1);
        double n = output.extent(-2);
        double products = n * m == 0 ? 0 : output.size() / (n * m);
        boolean folds = inputs.get(1).rank() == 2 && !product.transposeFirst();
        return folds ? gemm(n * products * copies, k, m) / copies : products * gemm(n, k, m);
    }

    /** One product a sample and group, of the filters with the patches. */
    private static double convolution(Convolution convolution, List<Shape> inputs, Shape output) {
        Shape w = inputs.get(1);
        double rows = (double) w.extent(1) * w.extent(2) * w.extent(3);
        double positions = (double) output.extent(2) * output.extent(3);
        double filters = (double) w.extent(0) / convolution.groups();
        return output.extent(0) * convolution.groups() * (rows * positions + gemm(filters, rows, positions));
    }

    /** As {@link MatrixProduct#add} chooses. */
    private static double gemm(double n, double k, double m) {
        double work = n * k * m;
        double traffic = n * k + k * m + n * m;
        return MatrixProduct.staysInJava(work, traffic)
                ? MULTIPLY_ADD_IN_JAVA * work
                : CALL + MULTIPLY_ADD_IN_ND4J * work + COPIED * traffic;
    }
}
