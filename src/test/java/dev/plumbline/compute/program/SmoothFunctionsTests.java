package dev.plumbline.compute.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
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

    /** As many as 10^8 of each by hand: {@code -Dplumbline.arguments=100000000}. */
    private static final int ARGUMENTS = Integer.getInteger("plumbline.arguments", 20_000);

    private record Case(
            DoubleUnaryOperator function, UnaryOperator<DoubleDouble> exact, Loop loop, double units, double[] ends) {}

    private interface Loop {
        void apply(double[] x, double[] y);
    }

    /** Half of the arguments are spread evenly between the ends, half by their exponents. */
    private static final Map<String, Case> CASES = Map.of(
            "exp",
                    new Case(SmoothFunctions::exp, ElementaryFunctions::exp, SmoothFunctions::exp, 1.1, new double[] {
                        -708, 709
                    }),
            "log",
                    new Case(SmoothFunctions::log, ElementaryFunctions::log, SmoothFunctions::log, 1, new double[] {
                        0x1p-1022, 1e3
                    }),
            "sin",
                    new Case(
                            SmoothFunctions::sin, TrigonometricFunctions::sin, SmoothFunctions::sin, 1.1, new double[] {
                                -1e6, 1e6
                            }),
            "cos",
                    new Case(
                            SmoothFunctions::cos, TrigonometricFunctions::cos, SmoothFunctions::cos, 1.1, new double[] {
                                -1e6, 1e6
                            }),
            "tanh",
                    new Case(SmoothFunctions::tanh, ElementaryFunctions::tanh, SmoothFunctions::tanh, 3, new double[] {
                        -21, 21
                    }),
            "sigmoid",
                    new Case(
                            SmoothFunctions::sigmoid,
                            ElementaryFunctions::sigmoid,
                            SmoothFunctions::sigmoid,
                            3,
                            new double[] {-700, 40}),
            "erf",
                    new Case(SmoothFunctions::erf, ErrorFunction::erf, SmoothFunctions::erf, 3, new double[] {-6.5, 6.5
                    }));

    private static double argument(SplittableRandom random, double low, double high) {
        if (random.nextBoolean()) {
            return random.nextDouble(low, high);
        }
        double size = Math.exp(random.nextDouble(Math.log(1e-280), Math.log(high)));
        return low < 0 && random.nextBoolean() ? Math.max(low, -size) : size;
    }

    @ParameterizedTest
    @ValueSource(strings = {"exp", "log", "sin", "cos", "tanh", "sigmoid", "erf"})
    void eachIsRightToItsUnits(String name) {
        Case own = Objects.requireNonNull(CASES.get(name));
        double worst = IntStream.range(0, 100)
                .parallel()
                .mapToDouble(block -> worst(own, new SplittableRandom(block), ARGUMENTS / 100))
                .max()
                .orElseThrow();
        System.out.printf("%s: %.3f units in the last place over %d arguments%n", name, worst, ARGUMENTS);
        assertThat(worst).isLessThanOrEqualTo(own.units());
    }

    private static double worst(Case own, SplittableRandom random, int count) {
        double worst = 0;
        for (int i = 0; i < count; i++) {
            double x = argument(random, own.ends()[0], own.ends()[1]);
            DoubleDouble right = own.exact().apply(DoubleDouble.of(x));
            double off = right.minus(DoubleDouble.of(own.function().applyAsDouble(x)))
                    .hi();
            worst = Math.max(worst, Math.abs(off) / Math.ulp(right.hi()));
        }
        return worst;
    }

    /** Registers, what is left of one, and one alone; usual arguments and all others; in place too. */
    @ParameterizedTest
    @ValueSource(strings = {"exp", "log", "sin", "cos", "tanh", "sigmoid", "erf"})
    void anArrayHasTheBitsOfItsNumbers(String name) {
        Case own = Objects.requireNonNull(CASES.get(name));
        double[] corners = {
            0,
            -0.0,
            Double.MIN_VALUE,
            -Double.MIN_VALUE,
            1e-310,
            Double.MIN_NORMAL,
            1,
            -1,
            0.5,
            20,
            -20,
            700,
            -707.9,
            708,
            708.1,
            -708.1,
            709.9,
            -745.2,
            -800,
            1e6,
            1000001,
            -1e22,
            1e300,
            Double.MAX_VALUE,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.NaN
        };
        SplittableRandom random = new SplittableRandom(7);
        for (int length = 0; length < 1200; length += length < 40 ? 1 : 113) {
            double[] x = new double[length];
            for (int i = 0; i < length; i++) {
                x[i] = random.nextInt(12) == 0
                        ? corners[random.nextInt(corners.length)]
                        : argument(random, own.ends()[0], own.ends()[1]);
            }
            double[] y = new double[length];
            own.loop().apply(x, y);
            double[] same = x.clone();
            own.loop().apply(same, same);
            for (int i = 0; i < length; i++) {
                double alone = own.function().applyAsDouble(x[i]);
                assertThat(Double.doubleToLongBits(y[i]))
                        .as("%s(%s)", name, x[i])
                        .isEqualTo(Double.doubleToLongBits(alone));
                assertThat(Double.doubleToLongBits(same[i])).isEqualTo(Double.doubleToLongBits(alone));
            }
        }
    }

    /** What is not usual is the Java library's. */
    @Test
    void cornersAreTheJavaLibrarys() {
        double[] corners = {
            0,
            -0.0,
            Double.MIN_VALUE,
            1e-310,
            Double.MIN_NORMAL,
            709.9,
            -745.2,
            -720,
            -800,
            1e22,
            -1e300,
            Double.MAX_VALUE,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.NaN
        };
        for (double x : corners) {
            assertThat(SmoothFunctions.exp(x)).isEqualTo(Double.valueOf(StrictMath.exp(x)));
            assertThat(SmoothFunctions.log(x)).isEqualTo(Double.valueOf(StrictMath.log(x)));
            assertThat(SmoothFunctions.sin(x)).isEqualTo(Double.valueOf(StrictMath.sin(x)));
            assertThat(SmoothFunctions.cos(x)).isEqualTo(Double.valueOf(StrictMath.cos(x)));
        }
    }

    /** Near a multiple of pi, where nearly all digits cancel. */
    @Test
    void anglesNearZerosAreRight() {
        for (int k = 1; k < 600_000; k += 997) {
            for (double x : new double[] {k * Math.PI, Math.nextUp(k * Math.PI), k * (Math.PI / 2)}) {
                DoubleDouble right = TrigonometricFunctions.sin(DoubleDouble.of(x));
                double off =
                        right.minus(DoubleDouble.of(SmoothFunctions.sin(x))).hi();
                assertThat(Math.abs(off) / Math.ulp(right.hi()))
                        .as("sin(%s)", x)
                        .isLessThanOrEqualTo(1.1);
            }
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
