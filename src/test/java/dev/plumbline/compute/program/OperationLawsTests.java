package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation passes every law. */
class OperationLawsTests {

    private static final String ROWS = "dev.plumbline.compute.program.OperationCases#all";

    @ParameterizedTest
    @MethodSource(ROWS)
    void valueIsTheClosedForm(OperationCase row) {
        Tensor output = row.output();
        assertThat(output.shape()).isEqualTo(row.expected());
        double[] expected =
                Samples.fill(row.expected(), index -> row.closedForm().at(row.inputs(), index));
        for (int i = 0; i < expected.length; i++) {
            if (Double.isInfinite(expected[i])) {
                assertThat(output.at(i)).isEqualTo(expected[i]);
            } else {
                // At most a hundred terms of size 1, added up in another order.
                assertThat(Math.abs(output.at(i) - expected[i]))
                        .isLessThanOrEqualTo(2e-14 * (1 + Math.abs(expected[i])));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void pullBackIsTheDerivative(OperationCase row) {
        assertThat(PullBackLaws.differs(row, row.op()::pullBack)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void pullBackIsLinearInTheCotangent(OperationCase row) {
        assertThat(PullBackLaws.isNotLinear(row, row.op()::pullBack)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void zeroCotangentGivesZero(OperationCase row) {
        assertThat(PullBackLaws.zeroGivesMore(row, row.op()::pullBack)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void pullBackAddsToItsTargetsAndLeavesAbsentOnesAlone(OperationCase row) {
        assertThat(PullBackLaws.doesNotAdd(row, row.op()::pullBack)).isEmpty();
    }

    static Stream<OperationCase> rowsWithOtherInputs() {
        return OperationCases.all()
                .filter(row -> row.op() instanceof Select
                        || row.op() instanceof Gather
                        || row.op() instanceof GatherElements
                        || row.op().equals(new Unary(UnaryFunction.STOP_GRADIENT)));
    }

    @ParameterizedTest
    @MethodSource("rowsWithOtherInputs")
    void conditionsIndicesAndStoppedInputsReceiveNothing(OperationCase row) {
        assertThat(PullBackLaws.reachesOthers(row, row.op()::pullBack)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void nothingThatIsReadIsWrittenTo(OperationCase row) {
        List<double[]> before =
                row.inputs().stream().map(x -> x.values().clone()).toList();
        row.output();
        for (int k = 0; k < before.size(); k++) {
            assertThat(row.inputs().get(k).values()).isEqualTo(before.get(k));
        }
        assertThat(PullBackLaws.writes(row, row.op()::pullBack)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void sameCallTwiceGivesTheSameBits(OperationCase row) {
        assertThat(row.output().values()).isEqualTo(row.output().values());
        assertThat(PullBackLaws.varies(row, row.op()::pullBack)).isEmpty();
    }

    /** The sizes of the terms of a sum are never less than the sum, and have nothing to cancel with one cotangent. */
    @ParameterizedTest
    @MethodSource(ROWS)
    void sizesOfTermsBoundTheGradient(OperationCase row) {
        double[] cotangent = row.cotangent(29).values();
        double[] absolute = Arrays.stream(cotangent).map(Math::abs).toArray();
        double[][] gradient = PullBackLaws.gradient(row, row.op()::pullBack, cotangent);
        double[][] sizes = PullBackLaws.gradient(row, row.op()::pullBackSizes, absolute);
        for (int k : row.smooth()) {
            for (int i = 0; i < sizes[k].length; i++) {
                assertThat(Math.abs(sizes[k][i]) * (1 + 1e-13)).isGreaterThanOrEqualTo(Math.abs(gradient[k][i]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void costIsFiniteAndNotNegative(OperationCase row) {
        assertThat(row.op().cost(row.shapes(), row.expected())).isFinite().isNotNegative();
        assertThat(row.op().title()).isNotBlank();
    }

    @Test
    void everyOperationHasARow() {
        Set<Class<?>> rows =
                OperationCases.all().map(row -> row.op().getClass()).collect(Collectors.toSet());
        for (Class<?> op : OperationCases.primitives()) {
            if (op != Input.class && op != Constant.class) {
                assertThat(rows).contains(op);
            }
        }
    }

    @Test
    void everyFunctionHasARow() {
        List<Op> ops = OperationCases.all().map(OperationCase::op).toList();
        for (UnaryFunction function : UnaryFunction.values()) {
            assertThat(ops).contains(new Unary(function));
        }
        for (BinaryFunction function : BinaryFunction.values()) {
            assertThat(ops).contains(new Binary(function));
        }
        for (Reduce.Kind kind : Reduce.Kind.values()) {
            assertThat(ops).anyMatch(op -> op instanceof Reduce reduce && reduce.kind() == kind);
        }
    }
}
