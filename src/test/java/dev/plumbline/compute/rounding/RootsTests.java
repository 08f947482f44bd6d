package dev.plumbline.compute.rounding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RootsTests {

    @Test
    void isTheHypotenuseAtEverySize() {
        SplittableRandom random = new SplittableRandom(1);
        for (int k = 0; k < 100_000; k++) {
            double a = random.nextDouble(-2, 2) * Math.scalb(1.0, random.nextInt(-1074, 1020));
            double b = random.nextDouble(-2, 2) * a;
            double expected = Math.hypot(a, b);
            assertThat(Math.abs(Roots.hypot(a, b) - expected)).isLessThanOrEqualTo(2 * Math.ulp(expected));
        }
    }

    @Test
    void keepsZerosInfinitiesAndNaN() {
        assertThat(Roots.hypot(0, 0)).isZero();
        assertThat(Roots.hypot(0, -3)).isEqualTo(3);
        assertThat(Roots.hypot(Double.NaN, Double.NEGATIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(Roots.hypot(Double.NaN, 1)).isNaN();
        assertThat(Roots.hypot(Double.MIN_VALUE, 0)).isEqualTo(Double.MIN_VALUE);
        assertThat(Roots.hypot(1e200, 1e200)).isEqualTo(Math.hypot(1e200, 1e200));
    }

    /** Beyond, squares vanish or overflow. */
    @Test
    void rootsOfSumsOfSquaresAreExactWhereTheySayThatTheyAre() {
        for (int exponent = -1070; exponent <= 1020; exponent++) {
            double a = Math.scalb(1.7, exponent);
            double b = Math.scalb(1.1, exponent - 20);
            double root = Math.sqrt(a * a + b * b);
            if (Roots.isExact(root)) {
                assertThat(Math.abs(root - Math.hypot(a, b))).isLessThanOrEqualTo(2 * Math.ulp(root));
            }
            assertThat(Roots.isExact(root)).isEqualTo(exponent >= -479 && exponent < 480);
        }
    }
}
