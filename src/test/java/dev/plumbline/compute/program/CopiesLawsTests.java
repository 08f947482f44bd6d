package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Many copies at once are the same as one by one, for every row of the table of laws. */
class CopiesLawsTests {

    private static final String ROWS = "dev.plumbline.compute.program.OperationCases#all";
    private static final int COPIES = 3;

    /** The same sums in another order, as in {@link PullBackLaws}. */
    private static final double ROUNDING = 1e-13;

    @ParameterizedTest
    @MethodSource(ROWS)
    void copiesAtOnceAreCopiesOneByOne(OperationCase row) {
        int inputs = row.inputs().size();
        for (int some = 1; some < 1 << inputs; some++) {
            List<Tensor> stacked = new ArrayList<>();
            boolean[] differs = new boolean[inputs];
            for (int k = 0; k < inputs; k++) {
                differs[k] = (some >> k & 1) != 0;
                Tensor x = row.inputs().get(k);
                stacked.add(differs[k] ? copies(x, row.smooth().contains(k)) : x);
            }
            double[] all = row.op().values(COPIES, stacked, differs, row.expected());
            List<Tensor> outputs = new ArrayList<>();
            for (int c = 0; c < COPIES; c++) {
                List<Tensor> own = new ArrayList<>();
                for (int k = 0; k < inputs; k++) {
                    own.add(differs[k] ? Copies.one(stacked.get(k), c) : stacked.get(k));
                }
                outputs.add(row.output(own));
            }
            assertClose(all, outputs);
        }
    }

    /** Each copy a little different, where that may be: an index must stay one. */
    private static Tensor copies(Tensor x, boolean different) {
        double[] all = new double[COPIES * x.size()];
        for (int i = 0; i < all.length; i++) {
            int copy = i / x.size();
            all[i] = x.at(i % x.size()) * (different ? 1 + copy / 16.0 : 1);
        }
        return Tensor.of(x.shape().prepend(COPIES), all);
    }

    /** One position of each sample moved, in each copy another one, and in one copy none. */
    private record Moved(OperationCase row, int operand, int samples) {

        Column column() {
            Tensor x = row.inputs().get(operand);
            int part = x.size() / samples;
            int[] positions = {part - 1, -1, part / 2, 0};
            double[] values = new double[positions.length * samples];
            Arrays.setAll(values, i -> 0.3 + 0.01 * i);
            return new Column(samples, positions, values);
        }

        /** The results one copy at a time. */
        List<Tensor> outputs() {
            Tensor all = column().dense(row.inputs().get(operand));
            List<Tensor> outputs = new ArrayList<>();
            for (int c = 0; c < column().copies(); c++) {
                List<Tensor> inputs = new ArrayList<>(row.inputs());
                inputs.set(operand, Copies.one(all, c));
                outputs.add(row.output(inputs));
            }
            return outputs;
        }

        @Override
        public String toString() {
            return row + " by input " + operand + " in " + samples;
        }
    }

    private static Stream<Moved> moved(OperationCase row) {
        Stream.Builder<Moved> all = Stream.builder();
        for (int k : row.smooth()) {
            Shape shape = row.inputs().get(k).shape();
            if (shape.size() > 0 && row.expected().size() > 0) {
                all.add(new Moved(row, k, 1));
                if (shape.rank() > 0 && row.expected().size() % shape.extent(0) == 0) {
                    all.add(new Moved(row, k, shape.extent(0)));
                }
            }
        }
        return all.build();
    }

    static Stream<Moved> staysAColumn() {
        return OperationCases.all().flatMap(CopiesLawsTests::moved).filter(moved -> columnOf(moved) != null);
    }

    private static @Nullable Column columnOf(Moved moved) {
        OperationCase row = moved.row();
        return row.op().column(moved.column(), moved.operand(), row.inputs(), row.expected());
    }

    static Stream<Moved> hasAShortWay() {
        return OperationCases.all().flatMap(CopiesLawsTests::moved).filter(moved -> shortWay(moved) != null);
    }

    private static double @Nullable [] shortWay(Moved moved) {
        OperationCase row = moved.row();
        return row.op().values(moved.column(), moved.operand(), row.inputs(), row.output());
    }

    @ParameterizedTest
    @MethodSource("staysAColumn")
    void aColumnIsWhatItStandsFor(Moved moved) {
        Column column = Objects.requireNonNull(columnOf(moved));
        assertClose(column.dense(moved.row().output()).values(), moved.outputs());
    }

    @ParameterizedTest
    @MethodSource("hasAShortWay")
    void theShortWayLeadsToTheSame(Moved moved) {
        double[] all = Objects.requireNonNull(shortWay(moved));
        assertClose(all, moved.outputs());
    }

    @Test
    void thereAreBoth() {
        assertThat(staysAColumn().count()).isGreaterThan(150);
        assertThat(hasAShortWay().count()).isGreaterThan(5);
    }

    private static void assertClose(double[] all, List<Tensor> outputs) {
        int size = outputs.get(0).size();
        assertThat(all).hasSize(size * outputs.size());
        for (int i = 0; i < all.length; i++) {
            double expected = outputs.get(i / size).at(i % size);
            if (Double.isFinite(expected)) {
                assertThat(Math.abs(all[i] - expected)).isLessThanOrEqualTo(ROUNDING * (1 + Math.abs(expected)));
            } else {
                assertThat(all[i]).isEqualTo(expected);
            }
        }
    }
}
