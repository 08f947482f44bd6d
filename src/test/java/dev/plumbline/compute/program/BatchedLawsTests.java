package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many copies at once are the same numbers as one by one, for every operation and every way of holding copies. */
class BatchedLawsTests {

    private static final String ROWS = "dev.plumbline.compute.program.OperationCases#all";
    private static final int COPIES = 3;

    /** A sum in another order differs in its last digits, no more. */
    private static final double REORDERED = 1e-13;

    @ParameterizedTest
    @MethodSource(ROWS)
    void copiesOfAnyOperandsAreAsOneByOne(OperationCase row) {
        List<Integer> smooth = List.copyOf(row.smooth());
        for (int subset = 1; subset < 1 << smooth.size(); subset++) {
            List<Tensor> inputs = new ArrayList<>(row.inputs());
            boolean[] differs = new boolean[inputs.size()];
            for (int s = 0; s < smooth.size(); s++) {
                int k = smooth.get(s);
                if ((subset >> s & 1) == 1) {
                    differs[k] = true;
                    inputs.set(k, scaledCopies(row.inputs().get(k)));
                }
            }
            double[] together = row.op().values(COPIES, inputs, differs, row.expected());
            for (int c = 0; c < COPIES; c++) {
                List<Tensor> own = new ArrayList<>();
                for (int k = 0; k < differs.length; k++) {
                    own.add(differs[k] ? Copies.one(inputs.get(k), c) : inputs.get(k));
                }
                assertSame(row.output(own).values(), together, c);
            }
        }
    }

    /** The copies are apart by a part in a million, so that no input passes over a kink. */
    private static Tensor scaledCopies(Tensor x) {
        double[] all = new double[COPIES * x.size()];
        Arrays.setAll(all, i -> x.at(i % x.size()) * (1 + 1e-6 * (i / x.size())));
        return Tensor.of(x.shape().prepend(COPIES), all);
    }

    private static void assertSame(double[] alone, double[] together, int copy) {
        for (int i = 0; i < alone.length; i++) {
            double found = together[copy * alone.length + i];
            if (Double.isFinite(alone[i])) {
                assertThat(Math.abs(found - alone[i])).isLessThanOrEqualTo(REORDERED * (1 + Math.abs(alone[i])));
            } else {
                assertThat(found).isEqualTo(alone[i]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void columnsAreAsOneByOne(OperationCase row) {
        for (int operand : row.smooth()) {
            Tensor x = row.inputs().get(operand);
            for (int samples : IntStream.of(
                            1, x.shape().rank() == 0 ? 1 : x.shape().extent(0))
                    .distinct()
                    .toArray()) {
                if (x.size() > 0 && staysApart(row, operand, samples)) {
                    columnIsAsOneByOne(row, operand, column(x, samples));
                }
            }
        }
    }

    /** As {@link Suffix} asks before it moves several samples at once. */
    private static boolean staysApart(OperationCase row, int operand, int samples) {
        List<Node> inputs = new ArrayList<>();
        for (Tensor input : row.inputs()) {
            inputs.add(new Node(
                    inputs.size(), new Input("x", input.shape(), Input.Role.DATA), List.of(), input.shape(), "x"));
        }
        Node result = new Node(inputs.size(), row.op(), inputs, row.expected(), "y");
        var states = Separability.of(inputs.get(operand), List.of(result), List.of(result), samples);
        return states != null && states[result.id()] == Separability.State.APART;
    }

    /** One copy for each of some positions, one that differs nowhere, and a second move of the first position. */
    private static Column column(Tensor x, int samples) {
        int part = x.size() / samples;
        int[] positions = {0, part / 2, -1, part - 1, 0};
        double[] values = new double[positions.length * samples];
        for (int i = 0; i < values.length; i++) {
            int position = Math.max(0, positions[i / samples]);
            values[i] = x.at(i % samples * part + position) * (1 + 1e-6 * (i + 1));
        }
        return new Column(samples, positions, values);
    }

    private static void columnIsAsOneByOne(OperationCase row, int operand, Column moved) {
        Tensor all = moved.dense(row.inputs().get(operand));
        Tensor result = row.output();
        Column column = row.op().column(moved, operand, row.inputs(), row.expected());
        double[] direct = row.op().values(moved, operand, row.inputs(), result);
        for (int c = 0; c < moved.copies(); c++) {
            List<Tensor> own = new ArrayList<>(row.inputs());
            own.set(operand, Copies.one(all, c));
            double[] alone = row.output(own).values();
            if (column != null) {
                assertSame(alone, column.dense(result).values(), c);
            }
            if (direct != null) {
                assertSame(alone, direct, c);
            }
        }
    }

    @Test
    void aColumnIsThePointWithOnePositionOfEverySampleMoved() {
        Tensor point = Tensor.of(Shape.of(2, 2), new double[] {1, 2, 3, 4});
        Column column = new Column(2, new int[] {1, -1}, new double[] {20, 40, 7, 7});

        assertThat(column.dense(point).values()).containsExactly(1, 20, 3, 40, 1, 2, 3, 4);
    }
}
