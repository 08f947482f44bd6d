package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StridedRowsTests {

    /** Every element in row-major order, with each operand where its strides say, whatever axes were merged. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void visitsEveryElementInOrder(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] extents = random.ints(random.nextInt(6), 1, 4).toArray();
        Shape shape = Shape.of(extents);
        int[][] strides = {
            shape.strides(),
            random.ints(extents.length, -5, 6).toArray(),
            random.ints(extents.length, 0, 2).toArray(),
            Arrays.stream(shape.strides()).map(stride -> 3 * stride).toArray()
        };
        List<int[]> visited = new ArrayList<>();
        StridedRows rows = StridedRows.of(shape, strides);
        rows.forEach(new int[] {10, 20, 30, 40}, at -> {
            for (int i = 0; i < rows.length(); i++) {
                int[] places = new int[strides.length];
                for (int k = 0; k < places.length; k++) {
                    places[k] = at[k] + i * rows.step(k);
                }
                visited.add(places);
            }
        });
        assertThat(visited).hasSize(shape.size());
        for (int position = 0; position < shape.size(); position++) {
            int[] index = shape.index(position);
            for (int k = 0; k < strides.length; k++) {
                int expected = 10 * (k + 1);
                for (int axis = 0; axis < index.length; axis++) {
                    expected += index[axis] * strides[k][axis];
                }
                assertThat(visited.get(position)[k]).isEqualTo(expected);
            }
        }
    }

    @Test
    void mergesAxesThatAllOperandsWalkAlike() {
        Shape shape = Shape.of(4, 1, 5, 6);
        StridedRows alike = StridedRows.of(shape, shape.strides(), shape.strides());
        assertThat(alike.length()).isEqualTo(120);
        StridedRows bias = StridedRows.of(shape, shape.strides(), StridedRows.broadcastStrides(Shape.of(6), shape));
        assertThat(bias.length()).isEqualTo(6);
        StridedRows number = StridedRows.of(shape, shape.strides(), StridedRows.broadcastStrides(Shape.SCALAR, shape));
        assertThat(number.length()).isEqualTo(120);
        assertThat(number.step(1)).isZero();
    }

    @Test
    void visitsNothingOfAnEmptyShapeAndOneElementOfANumber() {
        for (Shape shape : List.of(Shape.of(0), Shape.of(3, 0), Shape.of(0, 3), Shape.of(2, 0, 3))) {
            StridedRows.of(shape, shape.strides()).forEach(at -> {
                throw new AssertionError("a row of " + shape);
            });
        }
        List<Integer> lengths = new ArrayList<>();
        StridedRows number = StridedRows.of(Shape.SCALAR, new int[0]);
        number.forEach(at -> lengths.add(number.length()));
        assertThat(lengths).containsExactly(1);
    }

    // ── sums ──

    /**
     * The sum over axis 0 of (outer, inner) and over axis 1, and over both, of a million terms: each right to four units
     * in the last place. The terms are multiples of 2^-40, so that their exact sum fits a long.
     */
    @ParameterizedTest
    @CsvSource({"1000000,1", "1,1000000", "1000,1000", "250000,4", "4,250000", "333333,3"})
    void aMillionTermsAreAddedToAFewUnitsInTheLastPlace(int outer, int inner) {
        Shape shape = Shape.of(outer, inner);
        long[] numerators =
                new SplittableRandom(7).longs(shape.size(), 0, 1L << 40).toArray();
        double[] terms = Arrays.stream(numerators).mapToDouble(n -> n * 0x1p-40).toArray();
        for (List<Integer> axes : List.of(List.of(0), List.of(1), List.of(0, 1))) {
            Reduce sum = new Reduce(Reduce.Kind.SUM, axes);
            Shape result = sum.shape(List.of(shape));
            double[] sums = sum.value(List.of(Tensor.of(shape, terms)), result);
            for (int i = 0; i < Math.min(sums.length, 4); i++) {
                double exact = exact(numerators, inner, axes, i);
                assertThat(Math.abs(sums[i] - exact)).isLessThanOrEqualTo(4 * Math.ulp(exact));
            }
        }
    }

    private static double exact(long[] numerators, int inner, List<Integer> axes, int result) {
        long sum = 0;
        for (int i = 0; i < numerators.length; i++) {
            int place = axes.size() == 2 ? 0 : axes.get(0) == 0 ? i % inner : i / inner;
            sum += place == result ? numerators[i] : 0;
        }
        return sum * 0x1p-40;
    }

    /** 0.1, which is not a number of base 2, a million times: plain summation loses the last five digits. */
    @Test
    void equalTermsDoNotDrift() {
        double[] terms = new double[1_000_000];
        Arrays.fill(terms, 0.1);
        double exact =
                new BigDecimal(0.1).multiply(BigDecimal.valueOf(terms.length)).doubleValue();
        double[] plain = new double[1];
        for (double term : terms) {
            plain[0] += term;
        }
        assertThat(Math.abs(plain[0] - exact)).isGreaterThan(50_000 * Math.ulp(exact));
        assertThat(Math.abs(Summation.pairwise(terms, 0, 1, terms.length) - exact))
                .isLessThanOrEqualTo(8 * Math.ulp(exact));
        double[] added = new double[1];
        StridedRows.of(Shape.of(terms.length), new int[] {0}, new int[] {1}).add(added, 0, terms, 0);
        assertThat(Math.abs(added[0] - exact)).isLessThanOrEqualTo(8 * Math.ulp(exact));
    }

    /** What is lost between rows comes back: 1 is below half a unit in the last place of 1e17. */
    @Test
    void rowsOfVeryDifferentSizeAreAddedExactly() {
        double[] sums = new double[2];
        StridedRows.of(Shape.of(4, 2), new int[] {0, 1}, new int[] {2, 1})
                .sum(sums, new double[] {1e17, -1e17, 1, 3, 1, 3, -1e17, 1e17});
        assertThat(sums).containsExactly(2, 6);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 127, 128, 129, 255, 256, 257, 1000, 1025})
    void everyTermIsAddedOnce(int count) {
        double[] terms = new double[3 * count + 5];
        long expected = 0;
        Arrays.fill(terms, 1e9);
        for (int i = 0; i < count; i++) {
            terms[2 + 3 * i] = i + 1;
            expected += i + 1;
        }
        assertThat(Summation.pairwise(terms, 2, 3, count)).isEqualTo((double) expected);
    }

    @Test
    void infinitiesAndNanSumAsIeeeHasThem() {
        double infinity = Double.POSITIVE_INFINITY;
        double[] sums = new double[4];
        double[] terms = {infinity, 1, infinity, 1e308, 1, 2, -infinity, 1e308};
        StridedRows.of(Shape.of(2, 4), new int[] {0, 1}, new int[] {4, 1}).sum(sums, terms);
        assertThat(sums).containsExactly(infinity, 3, Double.NaN, infinity);
    }
}
