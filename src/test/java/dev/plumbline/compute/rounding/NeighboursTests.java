package dev.plumbline.compute.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import org.junit.jupiter.api.Test;

class NeighboursTests {

    private static final double[] BY_ROW = {1, 3, 0.5};
    private static final double[] BY_COLUMN = {2, 0, 5, 1};

    private static double[] product(double scale) {
        double[] spread = new double[BY_ROW.length * BY_COLUMN.length];
        for (int i = 0; i < spread.length; i++) {
            spread[i] = scale * BY_ROW[i / BY_COLUMN.length] * BY_COLUMN[i % BY_COLUMN.length];
        }
        return spread;
    }

    /** Of an outer product every entry is known from its row and its column. */
    @Test
    void anOuterProductIsExpectedExactly() {
        for (double scale : new double[] {1, 1e-200, 1e-310, 1e200}) {
            double[] spread = product(scale);
            Neighbours neighbours = Neighbours.of(Shape.of(3, 2, 2), spread);
            for (int i = 0; i < spread.length; i++) {
                double expected = neighbours.expected(i / neighbours.columns(), i % neighbours.columns());
                assertThat(Math.abs(expected - spread[i]))
                        .as("entry %d of scale %g", i, scale)
                        .isLessThanOrEqualTo(1e-13 * spread[i] + 4 * Double.MIN_VALUE);
            }
        }
    }

    @Test
    void theEntriesOfAVectorAreExpectedToStrayAlike() {
        Neighbours neighbours = Neighbours.of(Shape.of(4), new double[] {1, 7, 5, 5});
        assertThat(neighbours.expected(0, 2)).isEqualTo(5);
    }

    /** It would excuse its whole row and column. */
    @Test
    void aSpreadThatIsNoNumberSaysNothingOfOthers() {
        for (double none : new double[] {Double.POSITIVE_INFINITY, Double.NaN}) {
            double[] spread = product(1);
            spread[5] = none;
            Neighbours neighbours = Neighbours.of(Shape.of(3, 4), spread);
            for (int i = 0; i < spread.length; i++) {
                assertThat(neighbours.expected(i / 4, i % 4)).isZero();
            }
        }
    }

    @Test
    void nothingStraysWhereNothingStrayed() {
        assertThat(Neighbours.of(Shape.of(2, 2), new double[4]).expected(1, 1)).isZero();
        assertThat(Neighbours.of(Shape.of(), new double[] {3}).expected(0, 0)).isEqualTo(3);
    }
}
