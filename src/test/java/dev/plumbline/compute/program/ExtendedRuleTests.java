package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.plumbline.compute.program.ExtendedRule.Choices;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation's rule in double-double, on the table of laws. */
class ExtendedRuleTests {

    private static final String ROWS = "dev.plumbline.compute.program.OperationCases#all";

    private static List<DoubleDoubles> exact(OperationCase row) {
        return row.inputs().stream().map(DoubleDoubles::exact).toList();
    }

    private static DoubleDoubles value(OperationCase row, List<DoubleDoubles> inputs) {
        return ExtendedRule.of(row.op()).value(new Choices(row.inputs(), row.output()), inputs);
    }

    private static List<DoubleDoubles> pulledBack(OperationCase row, Tensor cotangent) {
        List<DoubleDoubles> into =
                row.inputs().stream().map(x -> DoubleDoubles.zeros(x.size())).toList();
        ExtendedRule.of(row.op())
                .pullBack(
                        new Choices(row.inputs(), row.output()),
                        exact(row),
                        DoubleDoubles.exact(cotangent),
                        into.toArray(new DoubleDoubles[0]));
        return into;
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void valueRoundsToFloat64s(OperationCase row) {
        assertClose(value(row, exact(row)).hi(), row.output().values(), 2e-14);
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void pullBackRoundsToFloat64s(OperationCase row) {
        double[][] expected =
                PullBackLaws.gradient(row, row.op()::pullBack, row.cotangent(3).values());
        List<DoubleDoubles> found = pulledBack(row, row.cotangent(3));
        for (int k = 0; k < expected.length; k++) {
            assertClose(found.get(k).hi(), expected[k], 1e-13);
        }
    }

    private static void assertClose(double[] found, double[] expected, double tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            if (Double.compare(found[i], expected[i]) != 0) {
                assertThat(Math.abs(found[i] - expected[i]))
                        .isLessThanOrEqualTo(tolerance * (1 + Math.abs(expected[i])));
            }
        }
    }

    /**
     * A step of 2^-60, which only the lower parts see: the change of the value, itself right to 2^-100 of it, is the
     * pull-back's to 2^-36 (and a thousandfold cancellation in between).
     */
    @ParameterizedTest
    @MethodSource(ROWS)
    void lowerPartsMoveTheValueByTheDerivative(OperationCase row) {
        SplittableRandom random = new SplittableRandom(11);
        List<DoubleDoubles> moved = new ArrayList<>(exact(row));
        Tensor cotangent = row.cotangent(5);
        List<DoubleDoubles> gradient = pulledBack(row, cotangent);
        double predicted = 0;
        double size = 0;
        for (int k : row.smooth()) {
            double[] x = row.inputs().get(k).values();
            double[] step = new double[x.length];
            for (int i = 0; i < step.length; i++) {
                step[i] = Math.scalb(x[i] * (random.nextDouble() - 0.5), -60);
                predicted += step[i] * gradient.get(k).hi()[i];
                size += Math.abs(step[i] * gradient.get(k).hi()[i]);
            }
            moved.set(k, new DoubleDoubles(x, step));
        }
        DoubleDoubles before = value(row, exact(row));
        DoubleDoubles after = value(row, moved);
        DoubleDouble change = DoubleDouble.ZERO;
        for (int i = 0; i < before.size(); i++) {
            if (!before.at(i).isFinite()) {
                continue; // a fill
            }
            change = change.plus(after.at(i).minus(before.at(i)).times(cotangent.at(i)));
        }
        assertThat(Math.abs(change.hi() - predicted)).isLessThanOrEqualTo(0x1p-36 * size);
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void absentTargetsAreLeftAloneAndOthersAddedTo(OperationCase row) {
        Choices choices = new Choices(row.inputs(), row.output());
        DoubleDoubles cotangent = DoubleDoubles.exact(row.cotangent(3));
        List<DoubleDoubles> once = pulledBack(row, row.cotangent(3));
        for (int k = 0; k < row.inputs().size(); k++) {
            DoubleDoubles[] into = new DoubleDoubles[row.inputs().size()];
            into[k] = DoubleDoubles.zeros(row.inputs().get(k).size());
            ExtendedRule.of(row.op()).pullBack(choices, exact(row), cotangent, into);
            ExtendedRule.of(row.op()).pullBack(choices, exact(row), cotangent, into);
            for (int i = 0; i < into[k].size(); i++) {
                assertThat(into[k].hi()[i]).isCloseTo(2 * once.get(k).hi()[i], within(1e-13));
            }
        }
    }

    static Stream<OperationCase> rowsThatMultiply() {
        return OperationCases.all()
                .filter(row -> row.op() instanceof Unary
                        || row.op() instanceof Binary
                        || row.op() instanceof MatMul
                        || row.op() instanceof Convolution);
    }

    @ParameterizedTest
    @MethodSource("rowsThatMultiply")
    void zeroCotangentGivesZeroWhateverTheDerivative(OperationCase row) {
        for (double special : new double[] {0, Double.NaN, Double.POSITIVE_INFINITY}) {
            List<Tensor> inputs =
                    row.inputs().stream().map(x -> x.map(v -> special)).toList();
            OperationCase at = new OperationCase("", row.op(), inputs, row.expected(), row.closedForm(), row.smooth());
            for (DoubleDoubles gradient : pulledBack(at, Tensor.zeros(row.expected()))) {
                assertThat(gradient.hi()).containsOnly(gradient.size() == 0 ? new double[0] : new double[] {0});
            }
        }
    }

    @Test
    void everyOperationIsKnown() {
        for (Class<?> op : OperationCases.primitives()) {
            boolean isGiven = op == Input.class || op == Constant.class;
            assertThat(OperationCases.all()
                            .filter(row -> row.op().getClass() == op)
                            .map(row -> ExtendedRule.of(row.op())))
                    .as(op.getSimpleName())
                    .matches(rules -> isGiven || !rules.isEmpty());
        }
    }
}
