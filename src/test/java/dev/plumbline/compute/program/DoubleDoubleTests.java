package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The arithmetic against exact decimal arithmetic. */
class DoubleDoubleTests {

    private static final BigDecimal BOUND = BigDecimal.valueOf(2).pow(-102, MathContext.DECIMAL128);
    private static final MathContext DIGITS = new MathContext(60);

    private static DoubleDouble random(SplittableRandom random) {
        double hi = Math.scalb(random.nextDouble() - 0.5, random.nextInt(-40, 40));
        return new DoubleDouble(hi, Math.ulp(hi) * 0.499 * (random.nextDouble() * 2 - 1));
    }

    private static BigDecimal exact(DoubleDouble x) {
        return new BigDecimal(x.hi()).add(new BigDecimal(x.lo()));
    }

    private static void assertRight(DoubleDouble found, BigDecimal exact) {
        assertThat(exact(found).subtract(exact).abs()).isLessThanOrEqualTo(BOUND.multiply(exact.abs()));
        assertThat(found.hi() + found.lo()).isEqualTo(found.hi());
    }

    @Test
    void sumsProductsQuotientsAndRootsAreRightTo102Bits() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 20_000; i++) {
            DoubleDouble a = random(random);
            DoubleDouble b = random(random);
            assertRight(a.plus(b), exact(a).add(exact(b)));
            assertRight(a.minus(b), exact(a).subtract(exact(b)));
            assertRight(a.times(b), exact(a).multiply(exact(b)));
            assertRight(a.over(b), exact(a).divide(exact(b), DIGITS));
            DoubleDouble magnitude = ElementaryFunctions.magnitude(a);
            assertRight(magnitude.sqrt(), exact(magnitude).sqrt(DIGITS));
        }
    }

    @Test
    void sumsThatCancelAreAsRight() {
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < 20_000; i++) {
            DoubleDouble a = random(random);
            double near = -a.hi() * (1 + (random.nextInt(5) - 2) * 0x1p-52);
            DoubleDouble b = new DoubleDouble(near, Math.ulp(near) * 0.49 * random.nextDouble());
            assertRight(a.plus(b), exact(a).add(exact(b)));
        }
    }

    @Test
    void infinitiesAndNotANumberAreFloat64s() {
        double[] specials = {
            0, 1, -2.5, Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN
        };
        for (double a : specials) {
            for (double b : specials) {
                DoubleDouble x = DoubleDouble.of(a);
                DoubleDouble y = DoubleDouble.of(b);
                assertThat(x.plus(y).hi()).isEqualTo(Double.valueOf(a + b));
                assertThat(x.times(y).hi()).isEqualTo(Double.valueOf(a * b + 0.0));
                assertThat(x.over(y).hi()).as(a + " over " + b).isEqualTo(Double.valueOf(a / b));
                assertThat(x.plus(y).lo()).isNotNaN();
                assertThat(x.times(y).lo()).isNotNaN();
                assertThat(x.over(y).lo()).isNotNaN();
            }
        }
    }
}
