package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Transposes in tiles, and what they pass back, element for element; and what functions of two numbers pass back. */
class TurnedTests {

    record Turn(List<Integer> extents, List<Integer> permutation) {}

    static List<Turn> turns() {
        return List.of(
                new Turn(List.of(40, 70), List.of(1, 0)),
                new Turn(List.of(17, 16), List.of(1, 0)),
                new Turn(List.of(33, 2), List.of(1, 0)),
                new Turn(List.of(2, 33, 3, 19), List.of(0, 2, 3, 1)),
                new Turn(List.of(2, 33, 3, 19), List.of(3, 2, 1, 0)),
                new Turn(List.of(20, 3, 18), List.of(2, 0, 1)),
                new Turn(List.of(20, 3, 18), List.of(1, 0, 2)));
    }

    @ParameterizedTest
    @MethodSource("turns")
    void putsEveryElementInItsPlaceAndBack(Turn turn) {
        Shape source = Shape.of(turn.extents().stream().mapToInt(e -> e).toArray());
        Tensor x = Tensor.of(source, new Random(1).doubles(source.size()).toArray());
        Transpose transpose = new Transpose(turn.permutation());
        Shape shape = transpose.shape(List.of(source));
        double[] y = transpose.value(List.of(x), shape);
        double[] dx = new Random(2).doubles(source.size()).toArray();
        double[] before = dx.clone();
        transpose.pullBack(List.of(x), Tensor.of(shape, y), y, new double[][] {dx});
        for (int position = 0; position < y.length; position++) {
            int[] index = shape.index(position);
            int from = 0;
            for (int k = 0; k < index.length; k++) {
                from += index[k] * source.strides()[turn.permutation().get(k)];
            }
            assertThat(y[position]).isEqualTo(x.at(from));
            assertThat(dx[from]).isEqualTo(before[from] + y[position]);
        }
    }

    /** With infinities and NaN among the operands: where nothing arrives nothing is passed on. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void functionsOfTwoPassBackTheirDerivatives(int kind) {
        Shape shape = Shape.of(7, 21);
        Shape[] seconds = {shape, Shape.of(7, 1), Shape.of(21), Shape.of(1), Shape.of(1, 21)};
        Tensor a = operand(shape, 3);
        Tensor b = operand(seconds[kind], 4);
        for (BinaryFunction function : BinaryFunction.values()) {
            if (!function.isDifferentiable()) {
                continue;
            }
            double[] dy = new Random(5).doubles(shape.size(), -1, 1).toArray();
            for (int i = 0; i < dy.length; i += 3) {
                dy[i] = 0;
            }
            for (boolean swapped : new boolean[] {false, true}) {
                List<Tensor> inputs = swapped ? List.of(b, a) : List.of(a, b);
                holds(function, inputs, shape, dy, false);
                holds(function, inputs, shape, dy, true);
            }
        }
    }

    private static void holds(BinaryFunction function, List<Tensor> inputs, Shape shape, double[] dy, boolean sizes) {
        Binary op = new Binary(function);
        double[][] into = {filled(inputs.get(0)), filled(inputs.get(1))};
        double[][] expected = {filled(inputs.get(0)), filled(inputs.get(1))};
        Tensor y = Tensor.of(shape, op.value(inputs, shape));
        if (sizes) {
            op.pullBackSizes(inputs, y, dy, into);
        } else {
            op.pullBack(inputs, y, dy, into);
        }
        int[] first = Bends.positions(inputs.get(0).shape(), shape);
        int[] second = Bends.positions(inputs.get(1).shape(), shape);
        for (int i = 0; i < dy.length; i++) {
            double a = inputs.get(0).at(first[i]);
            double b = inputs.get(1).at(second[i]);
            double byFirst = dy[i] == 0 ? 0 : dy[i] * function.derivativeByFirst(a, b);
            double bySecond = dy[i] == 0 ? 0 : dy[i] * function.derivativeBySecond(a, b);
            expected[0][first[i]] += sizes ? Math.abs(byFirst) : byFirst;
            expected[1][second[i]] += sizes ? Math.abs(bySecond) : bySecond;
        }
        for (int k = 0; k < 2; k++) {
            for (int i = 0; i < expected[k].length; i++) {
                double off = Math.abs(into[k][i] - expected[k][i]);
                boolean same = Double.compare(into[k][i], expected[k][i]) == 0 || off <= 1e-12;
                assertThat(same).as("%s %s: %s, %s", function, i, into[k][i], expected[k][i]).isTrue();
            }
        }
    }

    private static double[] filled(Tensor like) {
        double[] values = new double[like.size()];
        Arrays.fill(values, 0.25);
        return values;
    }

    private static Tensor operand(Shape shape, long seed) {
        double[] values = new Random(seed).doubles(shape.size(), 0.5, 2).toArray();
        for (int i = 0; i < values.length && values.length > 9; i += 9) {
            values[i] = i % 2 == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        return Tensor.of(shape, values);
    }
}
