package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws of forward mode that every operation passes, away from its edges. */
class GermLawsTests {

    private static final String ROWS = "dev.plumbline.compute.program.OperationCases#all";

    /** {@code <pullBack(c), t> = <c, tangent(t)>}, to the rounding of a few hundred terms. */
    @ParameterizedTest
    @MethodSource(ROWS)
    void tangentIsThePullBackTransposed(OperationCase row) {
        List<Tensor> directions = directions(row);
        double[] cotangent = row.cotangent(3).values();
        double[][] pulled = PullBackLaws.gradient(row, row.op()::pullBack, cotangent);
        double byReverse = 0;
        double size = 1e-300;
        for (int k : row.smooth()) {
            for (int i = 0; i < pulled[k].length; i++) {
                byReverse += pulled[k][i] * directions.get(k).at(i);
                size += Math.abs(pulled[k][i] * directions.get(k).at(i));
            }
        }
        Germ germ = germ(row, directions, 1);
        double byForward = 0;
        for (int j = 0; j < cotangent.length; j++) {
            byForward += cotangent[j] * germ.at(1, j);
            size += Math.abs(cotangent[j] * germ.at(1, j));
        }
        assertThat(Math.abs(byForward - byReverse)).isLessThanOrEqualTo(1e-14 * size);
    }

    /**
     * The value at {@code x + t d} is the cubic to within a quartic remainder, on both sides: what is left falls with the
     * fourth power of t, or is rounding.
     */
    @ParameterizedTest
    @MethodSource(ROWS)
    void cubicFollowsTheValue(OperationCase row) {
        List<Tensor> directions = directions(row);
        Germ germ = germ(row, directions, 3);
        for (double t : new double[] {0x1p-6, -0x1p-6}) {
            double[] far = remainder(row, directions, germ, t);
            double[] near = remainder(row, directions, germ, t / 4);
            for (int j = 0; j < far.length; j++) {
                double rounding = 1e-14 * (1 + Math.abs(germ.at(0, j)));
                assertThat(near[j]).as("element %d, t %s", j, t).isLessThanOrEqualTo(far[j] / 100 + rounding);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(ROWS)
    void whatDoesNotMoveHasNoTangent(OperationCase row) {
        List<Germ> still =
                row.inputs().stream().map(x -> Germ.constant(x, 1, true)).toList();
        Germ germ = row.op().germ(still, side(row, 1));
        for (int j = 0; j < row.expected().size(); j++) {
            assertThat(germ.at(1, j)).isZero();
        }
        assertThat(germ.value()).isEqualTo(row.output());
    }

    private static double[] remainder(OperationCase row, List<Tensor> directions, Germ germ, double t) {
        List<Tensor> moved = new ArrayList<>();
        for (int k = 0; k < directions.size(); k++) {
            double[] values = row.inputs().get(k).values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] += t * directions.get(k).at(i);
            }
            moved.add(Tensor.of(row.inputs().get(k).shape(), values));
        }
        double[] values = row.output(moved).values();
        double[] remainder = new double[values.length];
        for (int j = 0; j < values.length; j++) {
            double cubic = germ.at(0, j) + t * (germ.at(1, j) + t * (germ.at(2, j) + t * germ.at(3, j)));
            remainder[j] = values[j] == cubic ? 0 : Math.abs(values[j] - cubic);
        }
        return remainder;
    }

    /** Random ones of size 1, zero for inputs that are not differentiated. */
    private static List<Tensor> directions(OperationCase row) {
        List<Tensor> directions = new ArrayList<>();
        for (int k = 0; k < row.inputs().size(); k++) {
            Tensor x = row.inputs().get(k);
            directions.add(
                    row.smooth().contains(k)
                            ? Samples.normal(41 + k, x.shape().extents()).map(v -> v / 4)
                            : Tensor.zeros(x.shape()));
        }
        return directions;
    }

    private static Germ germ(OperationCase row, List<Tensor> directions, int order) {
        List<Germ> germs = new ArrayList<>();
        for (int k = 0; k < directions.size(); k++) {
            double[][] terms = new double[order][];
            if (row.smooth().contains(k)) {
                terms[0] = directions.get(k).values();
            }
            germs.add(new Germ(row.inputs().get(k), terms, order + 1, true));
        }
        return row.op().germ(germs, side(row, order));
    }

    private static Side side(OperationCase row, int order) {
        Node node = new Node(0, row.op(), List.of(), row.expected(), "row");
        return new Side(node, row.output(), true, new double[row.inputs().size()][], order, null);
    }
}
