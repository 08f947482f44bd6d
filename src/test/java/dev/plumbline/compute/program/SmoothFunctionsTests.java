package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmoothFunctionsTests {

    /** What the class says of itself. */
    private static final double UNITS_IN_THE_LAST_PLACE = 3;

    private static final int SAMPLES = 150;
    private static final MathContext DIGITS = new MathContext(80);
    private static final BigDecimal SMALL = new BigDecimal("1e-60");
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    private static final BigDecimal PI = new BigDecimal(
            "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211707");

    @ParameterizedTest
    @CsvSource({
        "1e-320,1e-307",
        "1e-200,1e-190",
        "1e-9,1e-7",
        "1e-3,0.1",
        "0.1,0.499999",
        "0.5,1",
        "1,3",
        "3,18",
        "18,23"
    })
    void tanhIsRight(double low, double high) {
        assertRight(SmoothFunctions::tanh, SmoothFunctionsTests::tanh, low, high);
        assertRight(SmoothFunctions::tanh, SmoothFunctionsTests::tanh, -high, -low);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,40", "-1,0", "-40,-1", "-700,-40", "-708,-700"})
    void sigmoidIsRight(double low, double high) {
        assertRight(SmoothFunctions::sigmoid, SmoothFunctionsTests::sigmoid, low, high);
    }

    @ParameterizedTest
    @CsvSource({
        "1e-320,1e-307",
        "1e-200,1e-150",
        "1e-9,1e-7",
        "1e-3,0.1",
        "0.1,0.9",
        "0.9,1.1",
        "1,2",
        "2,4",
        "4,6",
        "6,7"
    })
    void erfIsRight(double low, double high) {
        assertRight(SmoothFunctions::erf, SmoothFunctionsTests::erf, low, high);
        assertRight(SmoothFunctions::erf, SmoothFunctionsTests::erf, -high, -low);
    }

    private static void assertRight(
            DoubleUnaryOperator function, UnaryOperator<BigDecimal> exact, double low, double high) {
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < SAMPLES; i++) {
            double x = random.nextDouble(low, high);
            BigDecimal right = exact.apply(new BigDecimal(x));
            BigDecimal error =
                    right.subtract(new BigDecimal(function.applyAsDouble(x))).abs();
            double units = error.divide(new BigDecimal(Math.ulp(right.doubleValue())), DIGITS)
                    .doubleValue();
            assertThat(units).as("at %s", x).isLessThanOrEqualTo(UNITS_IN_THE_LAST_PLACE);
        }
    }

    @Test
    void limitsAreReached() {
        assertThat(SmoothFunctions.tanh(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(SmoothFunctions.tanh(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(SmoothFunctions.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(SmoothFunctions.erf(Double.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(SmoothFunctions.sigmoid(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(SmoothFunctions.sigmoid(Double.NEGATIVE_INFINITY)).isEqualTo(0);
        assertThat(SmoothFunctions.sigmoid(-1_000)).isEqualTo(0);
        assertThat(SmoothFunctions.sigmoid(0)).isEqualTo(0.5);
    }

    @Test
    void nanStaysNan() {
        assertThat(SmoothFunctions.tanh(Double.NaN)).isNaN();
        assertThat(SmoothFunctions.erf(Double.NaN)).isNaN();
        assertThat(SmoothFunctions.sigmoid(Double.NaN)).isNaN();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, Double.MIN_VALUE, 1e-310, 1e-5, 0.49, 0.5, 0.51, 0.99, 1, 1.5, 5.9, 6, 30, 1e300})
    void oddFunctionsAreOddToTheBit(double x) {
        assertThat(Double.doubleToLongBits(SmoothFunctions.tanh(-x)))
                .isEqualTo(Double.doubleToLongBits(-SmoothFunctions.tanh(x)));
        assertThat(Double.doubleToLongBits(SmoothFunctions.erf(-x)))
                .isEqualTo(Double.doubleToLongBits(-SmoothFunctions.erf(x)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 6})
    void seamsBetweenFormulasDoNotShow(double seam) {
        double below = Math.nextDown(seam);
        assertThat(SmoothFunctions.tanh(seam) - SmoothFunctions.tanh(below)).isBetween(-3e-16, 3e-16);
        assertThat(SmoothFunctions.erf(seam) - SmoothFunctions.erf(below)).isBetween(-3e-16, 3e-16);
    }

    // ── the same in eighty digits, by power series ──

    private static BigDecimal exp(BigDecimal x) {
        BigDecimal small = x.divide(BigDecimal.valueOf(1 << 12), DIGITS);
        BigDecimal term = BigDecimal.ONE;
        BigDecimal sum = BigDecimal.ONE;
        for (int n = 1; n < 60; n++) {
            term = term.multiply(small).divide(BigDecimal.valueOf(n), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        for (int i = 0; i < 12; i++) {
            sum = sum.multiply(sum, DIGITS);
        }
        return sum;
    }

    private static BigDecimal tanh(BigDecimal x) {
        if (x.abs().doubleValue() < 1e-30) {
            return x.subtract(x.pow(3).divide(BigDecimal.valueOf(3), DIGITS), DIGITS);
        }
        BigDecimal square = exp(x.multiply(TWO));
        return square.subtract(BigDecimal.ONE, DIGITS).divide(square.add(BigDecimal.ONE, DIGITS), DIGITS);
    }

    private static BigDecimal sigmoid(BigDecimal x) {
        return BigDecimal.ONE.divide(exp(x.negate()).add(BigDecimal.ONE), DIGITS);
    }

    private static BigDecimal erf(BigDecimal x) {
        BigDecimal square = x.multiply(x, DIGITS).negate();
        BigDecimal term = x;
        BigDecimal sum = x;
        for (int n = 1; term.signum() != 0 && (n < 60 || term.abs().compareTo(SMALL) > 0); n++) {
            term = term.multiply(square, DIGITS).divide(BigDecimal.valueOf(n), DIGITS);
            sum = sum.add(term.divide(BigDecimal.valueOf(2L * n + 1), DIGITS), DIGITS);
        }
        return sum.multiply(TWO).divide(PI.sqrt(DIGITS), DIGITS);
    }
}
