package dev.plumbline.compute.program;

import static dev.plumbline.compute.program.Samples.at;
import static dev.plumbline.compute.program.Samples.grid;
import static dev.plumbline.compute.program.Samples.normal;
import static dev.plumbline.compute.program.Samples.positive;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Rows for the operations that work element by element. */
final class ElementwiseCases {

    /** Operand shapes and what they broadcast to. */
    private static final int[][][] BROADCASTS = {
        {{2, 3}, {2, 3}, {2, 3}},
        {{2, 3}, {3}, {2, 3}},
        {{3}, {2, 3}, {2, 3}},
        {{2, 1}, {1, 3}, {2, 3}},
        {{}, {2, 2}, {2, 2}},
        {{2, 2}, {}, {2, 2}},
        {{}, {}, {}},
        {{2, 1, 3}, {4, 1}, {2, 4, 3}},
        {{1, 2, 1, 2}, {3, 1, 2, 1}, {3, 2, 2, 2}},
        {{1, 1}, {2}, {1, 2}},
        {{0, 3}, {3}, {0, 3}},
        {{0, 1}, {1, 3}, {0, 3}}
    };

    private ElementwiseCases() {}

    static Stream<OperationCase> all() {
        List<OperationCase> rows = new ArrayList<>();
        for (UnaryFunction function : UnaryFunction.values()) {
            for (int[] shape : new int[][] {{3, 4}, {}, {2, 0}}) {
                OperationCase row = unary(function, shape);
                rows.add(function == UnaryFunction.STOP_GRADIENT ? row.smoothIn() : row);
            }
        }
        for (BinaryFunction function : BinaryFunction.values()) {
            for (int[][] shapes : BROADCASTS) {
                rows.add(binary(function, shapes));
            }
        }
        rows.add(powers());
        rows.add(leakyRelu(0.1));
        rows.add(leakyRelu(-0.5));
        rows.add(select());
        return rows.stream();
    }

    private static OperationCase unary(UnaryFunction function, int... shape) {
        boolean half =
                function == UnaryFunction.LOG || function == UnaryFunction.LOG1P || function == UnaryFunction.SQRT;
        Tensor x = half ? positive(1, shape) : grid(1, 0.4, 0.25, shape);
        return OperationCase.of(
                new Unary(function), List.of(x), x.shape(), (in, i) -> closed(function, at(in.get(0), i)));
    }

    private static double closed(UnaryFunction function, double x) {
        return switch (function) {
            case NEGATE -> 0 - x;
            case EXP -> StrictMath.exp(x);
            case LOG -> StrictMath.log(x);
            case SQRT -> StrictMath.sqrt(x);
            case SIN -> StrictMath.sin(x);
            case COS -> StrictMath.cos(x);
            case TANH -> StrictMath.tanh(x);
            case SIGMOID -> 1 / (1 + StrictMath.exp(-x));
            case SOFTPLUS -> StrictMath.log(1 + StrictMath.exp(x));
            case ERF -> erf(x);
            case ATAN -> StrictMath.atan2(x, 1);
            case LOG1P -> StrictMath.log(1 + x);
            case RELU -> x < 0 ? 0 : x;
            case ABS -> x < 0 ? -x : x;
            case SIGN -> x < 0 ? -1 : x > 0 ? 1 : 0;
            case FLOOR -> StrictMath.floor(x);
            case STOP_GRADIENT -> x;
        };
    }

    /** {@code 2 / sqrt pi} times the series of the integral of {@code e^(-t^2)}. */
    private static double erf(double x) {
        double power = x;
        double sum = x;
        for (int n = 1; n < 100; n++) {
            power *= -x * x / n;
            sum += power / (2 * n + 1);
        }
        return sum * 2 / StrictMath.sqrt(StrictMath.PI);
    }

    private static OperationCase binary(BinaryFunction function, int[][] shapes) {
        Tensor a = function == BinaryFunction.POWER ? positive(2, shapes[0]) : grid(2, 0.1, 0.25, shapes[0]);
        Tensor b = function == BinaryFunction.DIVIDE ? positive(3, shapes[1]) : grid(3, 0.1, 0.75, shapes[1]);
        return OperationCase.of(
                new Binary(function),
                List.of(a, b),
                Shape.of(shapes[2]),
                (in, i) -> closed(function, at(in.get(0), i), at(in.get(1), i)));
    }

    private static double closed(BinaryFunction function, double a, double b) {
        return switch (function) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case POWER -> StrictMath.pow(a, b);
            case MAXIMUM -> a < b ? b : a;
            case MINIMUM -> a < b ? a : b;
            case LESS -> b > a ? 1 : 0;
            case LESS_OR_EQUAL -> b >= a ? 1 : 0;
            case EQUAL -> Double.compare(a, b) == 0 ? 1 : 0;
        };
    }

    /** Whole powers of numbers of either sign; there is no derivative by the exponent there. */
    private static OperationCase powers() {
        Tensor exponents = Tensor.of(Shape.of(6, 1), 2, 3, 1, 0, -1, -2);
        return OperationCase.of(
                        new Binary(BinaryFunction.POWER),
                        List.of(Tensor.vector(-1.5, -0.75, 0.75, 1.5), exponents),
                        Shape.of(6, 4),
                        (in, i) -> {
                            double product = 1;
                            for (int n = 0; n < Math.abs(at(in.get(1), i)); n++) {
                                product *= at(in.get(0), i);
                            }
                            return at(in.get(1), i) < 0 ? 1 / product : product;
                        })
                .smoothIn(0);
    }

    private static OperationCase leakyRelu(double slope) {
        Tensor x = grid(4, 0.3, 0.25, 2, 5);
        return OperationCase.of(new LeakyRelu(slope), List.of(x), x.shape(), (in, i) -> {
            double value = at(in.get(0), i);
            return value < 0 ? slope * value : value;
        });
    }

    private static OperationCase select() {
        Tensor condition = Tensor.of(Shape.of(2, 3), 1, 0, 1, 0, -2, 0.5);
        return OperationCase.of(
                        new Select(),
                        List.of(condition, normal(5, 2, 3), normal(6, 2, 3)),
                        Shape.of(2, 3),
                        (in, i) -> at(in.get(0), i) == 0 ? at(in.get(2), i) : at(in.get(1), i))
                .smoothIn(1, 2);
    }
}
