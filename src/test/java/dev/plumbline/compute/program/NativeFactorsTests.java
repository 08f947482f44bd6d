package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plumbline.compute.program.MatrixProduct.Matrix;
import dev.plumbline.tensor.Shape;
import dev.plumbline.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NativeFactorsTests {

    private static final int INNER = 96;
    private static final int OUTER = 80;

    private static double[] random(int count, long seed) {
        return new Random(seed).doubles(count, -1, 1).toArray();
    }

    /** {@code sum((x w) * (x w))}, whose reverse pass reads w transposed. */
    private static Objective product(double[] weights) {
        ProgramBuilder b = new ProgramBuilder();
        Node x = b.constant(Tensor.of(Shape.of(64, INNER), random(64 * INNER, 1)));
        Node hidden = b.matmul(x, b.parameter("w", Shape.of(INNER, OUTER)));
        Program program = b.output("y", b.sum(b.square(hidden))).build();
        return new Objective(program, program.output("y"), Map.of("w", Tensor.of(Shape.of(INNER, OUTER), weights)));
    }

    private static double[] times(double[] weights, int rows, boolean transposed) {
        int inner = transposed ? OUTER : INNER;
        int outer = transposed ? INNER : OUTER;
        double[] result = random(rows * outer, 3);
        MatrixProduct.add(
                new Matrix(random(rows * inner, 2), 0, rows, inner, false),
                new Matrix(weights, 0, INNER, OUTER, transposed),
                result,
                0);
        return result;
    }

    private static boolean isKept(double[] values) {
        NativeFactors.Kept kept = NativeFactors.hold(values);
        if (kept != null) {
            kept.close();
        }
        return kept != null;
    }

    /** Whether there was room for copies must not show in a report. */
    @Test
    void productsWithKeptFactorsAreTheSameToTheLastBit() {
        double[] weights = random(INNER * OUTER, 4);
        for (int rows : new int[] {1, 4, 64, 300}) {
            for (boolean transposed : new boolean[] {false, true}) {
                double[] without = times(weights, rows, transposed);
                try (NativeFactors factors = NativeFactors.of(product(weights))) {
                    assertThat(isKept(weights)).isTrue();
                    assertThat(times(weights, rows, transposed)).isEqualTo(without);
                }
            }
        }
        assertThat(isKept(weights)).isFalse();
    }

    /** Another check of the same arrays may end first; its products go on, with copies. */
    @Test
    void aFactorThatIsHeldOutlivesItsKeeper() {
        double[] weights = random(INNER * OUTER, 5);
        NativeFactors factors = NativeFactors.of(product(weights));
        NativeFactors.Kept kept = Objects.requireNonNull(NativeFactors.hold(weights));
        factors.close();
        assertThat(NativeFactors.hold(weights)).isNull();
        assertThat(kept.from(7, 1).get()).isEqualTo(weights[7]);
        kept.close();
        assertThat(kept.isReleased()).isTrue();
    }

    /** A matrix that says more than its array has must not read what lies behind. */
    @Test
    void nothingBehindAFactorIsRead() {
        double[] weights = random(INNER * OUTER, 9);
        try (NativeFactors factors = NativeFactors.of(product(weights));
                NativeFactors.Kept kept = Objects.requireNonNull(NativeFactors.hold(weights))) {
            assertThatThrownBy(() -> kept.from(1, weights.length)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> kept.from(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void twoChecksOfTheSameArraysKeepThemOnce() {
        double[] weights = random(INNER * OUTER, 6);
        long before = NativeFactors.numbers();
        NativeFactors first = NativeFactors.of(product(weights));
        NativeFactors second = NativeFactors.of(product(weights));
        assertThat(NativeFactors.numbers()).isEqualTo(before + weights.length);
        second.close();
        assertThat(isKept(weights)).isTrue();
        first.close();
        assertThat(NativeFactors.numbers()).isEqualTo(before);
    }

    /** A weight that only goes through a transposition is read as that makes it. */
    @Test
    void movedWeightsAreKeptAsTheyAreRead() {
        ProgramBuilder b = new ProgramBuilder();
        Node moved = b.transpose(b.parameter("w", Shape.of(OUTER, INNER)), 1, 0);
        Node x = b.constant(Tensor.of(Shape.of(2, INNER), random(2 * INNER, 7)));
        Program program = b.output("y", b.sum(b.matmul(x, moved))).build();
        Objective objective = new Objective(
                program, program.output("y"), Map.of("w", Tensor.of(Shape.of(OUTER, INNER), random(INNER * OUTER, 8))));
        try (NativeFactors factors = NativeFactors.of(objective)) {
            assertThat(isKept(objective.base().value(moved).values())).isTrue();
        }
    }
}
